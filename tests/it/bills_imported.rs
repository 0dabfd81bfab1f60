//! Bills out of the National Assembly's open data: a recorded sample in its shape, taken by the command.

use aiplus::domain::bill_feed::Row;
use aiplus::domain::principal::{Author, Principal};
use aiplus::service::bill_import::{Report, file, import};
use serde_json::{Value, json};

use crate::cli::Terminal;
use crate::support::acting::written;
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    a_sample_is_taken_once_and_brought_up_to_date,
    a_dry_run_writes_nothing,
    what_is_on_record_is_corrected_by_a_new_event,
    the_command_tells_what_it_did,
];

/// Seven rows of five bills: one in committee with two proposers, one absorbed, one sent back under a second id, one with a result that
/// nobody knows, and a motion that is no bill for a law.
const SAMPLE: &str = r#"{"ALLBILLV2": [
  {"head": [{"list_total_count": 7}, {"RESULT": {"CODE": "INFO-000", "MESSAGE": "정상 처리되었습니다."}}]},
  {"row": [
    {"BILL_ID": "PRC_1", "BILL_NO": "2215001", "BILL_NAME": "중소기업 인공지능 활용 촉진법안", "PPSR_KIND": "의원", "PROPOSER": "김갑동의원 등 12인", "BILL_KIND": "법률안",
     "PPSL_DT": "20260105", "JRCMIT_NM": "산업통상자원중소벤처기업위원회", "JRCMIT_CMMT_DT": "2026.1.7.", "JRCMIT_PRSNT_DT": null, "PROC_STAGE_CD": "소관위접수", "PROC_RESULT": ""},
    {"BILL_ID": "PRC_1", "BILL_NO": "2215001", "BILL_NAME": "중소기업 인공지능 활용 촉진법안", "PPSR_KIND": "의원", "PROPOSER": "이을동의원", "BILL_KIND": "법률안",
     "PPSL_DT": "2026-01-05 00:00:00", "JRCMIT_CMMT_DT": "2026-01-07"},
    {"BILL_ID": "PRC_2", "BILL_NO": "2215002", "BILL_NAME": "중소기업기본법 일부개정법률안", "PPSR_KIND": "정부", "BILL_KIND": "법률안",
     "PPSL_DT": "2026-01-05", "CMT_PROC_DT": "2026-03-02", "CMT_PROC_RESULT_CD": "대안반영폐기", "PROC_RESULT": "대안반영폐기", "PROC_DT": "2026-03-20"},
    {"BILL_ID": "PRC_3", "BILL_NO": "2215003", "BILL_NAME": "벤처기업법 일부개정법률안", "BILL_KIND": "법률안",
     "PPSL_DT": "2026-01-05", "RGS_CONF_RSLT": "원안가결", "RGS_RSLN_DT": "2026-02-01", "GVRN_TRSF_DT": "2026-02-05"},
    {"BILL_ID": "PRC_3R", "BILL_NO": "2215003", "BILL_NAME": "벤처기업법 일부개정법률안(재의요구)", "BILL_KIND": "법률안", "PPSL_DT": "2026-02-15", "PROC_RESULT": "재의(부결)", "PROC_DT": "2026-03-01"},
    {"BILL_ID": "PRC_4", "BILL_NO": "2215004", "BILL_NAME": "소상공인법 일부개정법률안", "BILL_KIND": "법률안", "PPSL_DT": "2026/01/05", "PROC_RESULT": "특별처리", "PROC_DT": "2026-02-01"},
    {"BILL_ID": "PRC_5", "BILL_NO": "2215005", "BILL_NAME": "결의안", "BILL_KIND": "결의안", "PPSL_DT": "2026-01-05"}
  ]}
]}"#;

/// The same later: the committee has reviewed the first, which changed its name meanwhile, and the result of the fourth is known.
const LATER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ALLBILLV2><head><list_total_count>2</list_total_count></head>\
  <row><BILL_ID>PRC_1</BILL_ID><BILL_NO>2215001</BILL_NO><BILL_NAME><![CDATA[중소기업 인공지능 활용 촉진법안]]></BILL_NAME><PROPOSER>김갑동의원 등 12인</PROPOSER>\
  <PPSL_DT>2026-01-05</PPSL_DT><JRCMIT_NM>산업중소벤처기업위원회</JRCMIT_NM><JRCMIT_CMMT_DT>2026-01-07</JRCMIT_CMMT_DT><JRCMIT_PRSNT_DT>2026-04-01</JRCMIT_PRSNT_DT></row>\
  <row><BILL_ID>PRC_4</BILL_ID><BILL_NO>2215004</BILL_NO><PPSL_DT>2026-01-05</PPSL_DT><PROC_RESULT>철회</PROC_RESULT><PROC_DT>2026-02-01</PROC_DT></row></ALLBILLV2>";

const BILLS: &str = "{ bills(where: { number: { startsWith: \"2215\" } }) { nodes { number sourceId secondSourceId stage stageReachedOn result effect resultText \
    isClosed committee { ko } proposer { ko } proposerKind checkedAt events(first: 100) { totalCount } } } }";

fn rows(text: &str) -> Vec<Row> {
    file::rows(text.as_bytes()).unwrap()
}

async fn run(app: &TestApp, text: &str, is_applied: bool) -> Report {
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    import(&app.db, author, &rows(text), is_applied).await.unwrap()
}

fn counts(report: &Report) -> [usize; 4] {
    [report.created, report.updated, report.unchanged, report.unmapped]
}

fn alerts(report: &Report) -> Vec<[&str; 3]> {
    report.alerts.iter().map(|alert| [&*alert.bill, &*alert.code, &*alert.field]).collect()
}

async fn a_sample_is_taken_once_and_brought_up_to_date(place: Place) {
    let app = place.app().await;
    let report = run(&app, SAMPLE, true).await;
    assert_eq!(counts(&report), [4, 0, 0, 1]);
    let told = [
        ["2215002", "ALTERNATIVE_UNKNOWN", "absorbedInto"],
        ["2215004", "UNMAPPED", "PROC_RESULT"],
    ];
    assert_eq!(alerts(&report), told, "{report:#?}");
    let bills = app.data(BILLS).await["bills"]["nodes"].clone();
    let of = |bills: &Value, at: usize, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| bills[at][*name].clone()).collect()
    };
    let stands = ["number", "stage", "stageReachedOn", "result", "effect", "isClosed"];
    assert_eq!(
        of(&bills, 0, &stands),
        [
            json!("2215001"),
            json!("COMMITTEE_RECEIVED"),
            json!("2026-01-07"),
            json!("PENDING"),
            json!("PENDING"),
            json!(false)
        ]
    );
    assert_eq!(
        (&bills[0]["proposer"]["ko"], &bills[0]["proposerKind"]),
        (&json!("김갑동의원 등 12인"), &json!("MEMBER"))
    );
    assert_eq!(
        of(&bills, 1, &stands),
        [
            json!("2215002"),
            json!("CLOSED_WITHOUT_ENACTMENT"),
            json!("2026-03-20"),
            json!("ABSORBED_IN_ALTERNATIVE"),
            json!("IN_ALTERNATIVE"),
            json!(true)
        ]
    );
    assert_eq!(
        of(&bills, 2, &stands),
        [
            json!("2215003"),
            json!("RECONSIDERATION_DECIDED"),
            json!("2026-03-01"),
            json!("REJECTED"),
            json!("NONE"),
            json!(true)
        ]
    );
    assert_eq!(
        (&bills[2]["sourceId"], &bills[2]["secondSourceId"]),
        (&json!("PRC_3"), &json!("PRC_3R"))
    );
    // Never a guess: it is neither closed nor passed until somebody knows the word.
    assert_eq!(
        of(&bills, 3, &["number", "stage", "result", "effect", "resultText", "isClosed"]),
        [
            json!("2215004"),
            json!("RECEIVED"),
            json!("UNMAPPED"),
            json!("PENDING"),
            json!("특별처리"),
            json!(false)
        ]
    );
    assert!(bills.as_array().unwrap().iter().all(|bill| bill["checkedAt"].is_string()));

    // Again, nothing but that it was looked up.
    let again = run(&app, SAMPLE, true).await;
    assert_eq!(counts(&again), [0, 0, 4, 1], "{again:#?}");
    assert_eq!(app.data(BILLS).await["bills"]["nodes"], bills);
    let later = run(&app, LATER, true).await;
    assert_eq!(counts(&later), [0, 2, 0, 0], "{later:#?}");
    assert_eq!(alerts(&later), [] as [[&str; 3]; 0]);
    let bills = app.data(BILLS).await["bills"]["nodes"].clone();
    assert_eq!(
        (&bills[0]["stage"], &bills[0]["committee"]["ko"], &bills[0]["events"]["totalCount"]),
        (&json!("COMMITTEE_REVIEW"), &json!("산업중소벤처기업위원회"), &json!(3))
    );
    assert_eq!(
        of(&bills, 3, &["stage", "result", "effect", "resultText", "isClosed"]),
        [
            json!("CLOSED_WITHOUT_ENACTMENT"),
            json!("WITHDRAWN"),
            json!("NONE"),
            json!("철회"),
            json!(true)
        ]
    );
}

async fn a_dry_run_writes_nothing(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    let dry = run(&app, SAMPLE, false).await;
    assert_eq!(written(&app).await, before);
    assert_eq!(app.data(BILLS).await["bills"]["nodes"], json!([]));
    let done = run(&app, SAMPLE, true).await;
    assert_eq!((counts(&dry), &dry.alerts), (counts(&done), &done.alerts));
    assert!(!dry.is_applied && done.is_applied);
}

async fn what_is_on_record_is_corrected_by_a_new_event(place: Place) {
    let app = place.app().await;
    run(&app, SAMPLE, true).await;
    let moved = r#"[{"BILL_NO": "2215001", "PPSL_DT": "2026-01-05", "JRCMIT_CMMT_DT": "2026-01-08", "JRCMIT_PRSNT_DT": "never"}]"#;
    let report = run(&app, moved, true).await;
    assert_eq!(counts(&report), [0, 1, 0, 1], "{report:#?}");
    let query = "{ bill(number: \"2215001\") { stageReachedOn events { nodes { position stage occurredOn corrects { position } } } } }";
    let bill = app.data(query).await["bill"].clone();
    assert_eq!(bill["stageReachedOn"], "2026-01-08");
    assert_eq!(
        bill["events"]["nodes"][2],
        json!({ "position": 3, "stage": "COMMITTEE_RECEIVED", "occurredOn": "2026-01-08", "corrects": { "position": 2 } })
    );
    // A stage before those on record is told, and nothing is put in between.
    let earlier = r#"[{"BILL_NO": "2215003", "JRCMIT_CMMT_DT": "2026-01-08"}]"#;
    let report = run(&app, earlier, true).await;
    assert_eq!(alerts(&report), [["2215003", "OUT_OF_ORDER", "COMMITTEE_RECEIVED"]]);
    // One that is closed takes no other stage, and says so.
    let late = r#"{"row": [{"BILL_NO": "2215002", "PROM_DT": "2026-04-01", "PROM_NO": "1"}, {"BILL_NAME": "번호 없음"}]}"#;
    let report = run(&app, late, true).await;
    let mut told = alerts(&report);
    told.sort_unstable();
    assert_eq!(told, [["", "REQUIRED", "BILL_NO"], ["2215002", "OUT_OF_ORDER", "PROMULGATED"]]);
}

async fn the_command_tells_what_it_did(place: Place) {
    let terminal = Terminal::new(&place).await;
    std::fs::write(terminal.folder().join("bills.json"), SAMPLE).unwrap();
    std::fs::write(terminal.folder().join("broken.json"), "{").unwrap();
    let dry = terminal.run(&["import", "bills", "bills.json"]).await;
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    let told: Value = serde_json::from_str(&dry.out).unwrap();
    assert_eq!(
        (&told["isApplied"], &told["created"], &told["alerts"][0]["bill"]),
        (&json!(false), &json!(4), &json!("2215002"))
    );
    let done = terminal.run(&["import", "bills", "bills.json", "--apply"]).await;
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&told["isApplied"], &told["created"]), (&json!(true), &json!(4)));
    let again = terminal.run(&["import", "bills", "bills.json", "--apply"]).await;
    let told: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((&told["created"], &told["unchanged"]), (&json!(0), &json!(4)));
    for file in ["broken.json", "nothing.json"] {
        let wrong = terminal.run(&["import", "bills", file]).await;
        assert_eq!(wrong.code, Some(1));
        assert!(wrong.out.is_empty() && wrong.err.lines().count() == 1, "{}", wrong.err);
    }
}
