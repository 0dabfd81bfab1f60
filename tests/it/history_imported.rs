//! What the secretariat has from before: files of it come in by the command and through the services, all of it or nothing,
//! and what goes out comes in again unchanged.

use std::io::{Cursor, Write};

use aiplus::auth::secret::Hashing;
use aiplus::domain::principal::{Author, Principal};
use aiplus::error::{Error, Language};
use aiplus::graphql::catalog;
use aiplus::input::{Input, InputField, InputObject, MutationInput};
use aiplus::read::Act;
use aiplus::service::adoption_case::DraftCase;
use aiplus::service::audit::Backlog;
use aiplus::service::change::Places;
use aiplus::service::history::{self, History, Report, file, shape};
use aiplus::sheet::rows::Format;
use clap::ValueEnum;
use encoding_rs::EUC_KR;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::cli::Terminal;
use crate::support::acting::written;
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    what_goes_out_comes_in_again_unchanged,
    what_goes_out_comes_in_where_it_is_not,
    institutions_come_in_once_and_are_brought_up_to_date,
    every_fault_is_told_and_nothing_is_written,
    cases_come_as_far_as_they_say,
    meetings_come_in_as_they_were_held,
    people_come_in_with_their_posts,
    seats_come_in_by_their_bodies,
    recommendations_come_in_with_what_became_of_them,
    what_became_of_a_recommendation_stays,
    a_fault_says_what_may_stand_there,
    the_help_of_an_import_shows_what_matters_to_it,
    cases_come_as_far_as_their_data_allow,
    the_command_tells_what_it_did,
    what_is_no_such_file_is_refused,
    a_formula_is_told_at_its_cell,
    cells_come_back_as_they_were_written,
];

async fn tried(
    app: &TestApp,
    kind: History,
    (bytes, format): (&[u8], Option<Format>),
    is_applied: bool,
) -> Result<Report, Error> {
    let (hashing, backlog, places) = (Hashing::default(), Backlog::default(), Places::default());
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let act = Act {
        db: &app.db,
        hashing: &hashing,
        backlog: &backlog,
        catalog: catalog(),
        places: &places,
        webhooks: None,
        operators: &[],
        uploads: &[],
        author,
        language: Language::English,
    };
    history::import(&act, kind, (bytes, format), is_applied).await
}

async fn run(app: &TestApp, kind: History, text: &str) -> Report {
    tried(app, kind, (text.as_bytes(), None), true).await.unwrap()
}

async fn exported(app: &TestApp, kind: History, format: Format) -> Vec<u8> {
    let mut file = Vec::new();
    let mut keep = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok(())
    };
    history::export(&app.db, kind, format, &mut keep).await.unwrap();
    file
}

fn counts(report: &Report) -> [usize; 4] {
    [report.created, report.updated, report.unchanged, report.refused]
}

fn faults(report: &Report) -> Vec<(u32, &str, &str)> {
    report.faults.iter().map(|it| (it.row, &*it.column, &*it.code)).collect()
}

async fn what_goes_out_comes_in_again_unchanged(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    for kind in History::value_variants() {
        for format in [Format::Csv, Format::Ndjson, Format::Xlsx] {
            let file = exported(&app, *kind, format).await;
            let report = tried(&app, *kind, (&file, None), true).await.unwrap();
            let [created, updated, unchanged, refused] = counts(&report);
            assert_eq!([created, updated, refused], [0, 0, 0], "{kind:?} {format:?}: {report:#?}");
            assert!(unchanged > 2 && report.is_applied, "{kind:?} {format:?}");
        }
    }
    assert_eq!(written(&app).await, before);
}

async fn what_goes_out_comes_in_where_it_is_not(place: Place) {
    let (from, app) = (place.app().await, place.localised_app().await);
    for kind in History::value_variants() {
        let file = String::from_utf8(exported(&from, *kind, Format::Ndjson).await).unwrap();
        // What is made up lies partly ahead of this day, which no rule allows of what was before.
        let dry = tried(&app, *kind, (file.as_bytes(), None), false).await.unwrap();
        let ahead: Vec<u32> = dry.faults.iter().map(|it| it.row).collect();
        assert!(dry.faults.iter().all(|it| it.code == "INVALID_DATE"), "{kind:?}: {dry:#?}");
        let file: String = (1..)
            .zip(file.lines())
            .filter(|(row, _)| !ahead.contains(row))
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let file = file.into_bytes();
        let report = tried(&app, *kind, (&file, None), true).await.unwrap();
        assert_eq!(faults(&report), [], "{kind:?}: {report:#?}");
        assert!(report.created > 0 || *kind != History::Cases, "{kind:?}: {report:#?}");
        let before = written(&app).await;
        let again = tried(&app, *kind, (&file, None), true).await.unwrap();
        let all = report.created + report.unchanged;
        assert_eq!(counts(&again), [0, 0, all, 0], "{kind:?}: {again:#?}");
        assert_eq!(written(&app).await, before, "{kind:?}");
    }
}

/// As a secretariat keeps it: a department above its institution, dates of any kind, two rows of one code.
const INSTITUTIONS: &str = "code,기관명,name.en,kind,sector,region,parent,foundedOn,website,names 명칭,namesKind,names.startsOn,identifiers.scheme,identifiersValue\r\n\
    OLD_UNIT, 옛 부서 ,,DEPARTMENT,,,OLD_CENTRE,2024년 3월,,,,,,\r\n\
    OLD_CENTRE,옛 혁신센터,Old Centre,PUBLIC_AGENCY,GOVERNMENT,KR-30,,2024.3.5.,https://old.example.kr,혁신센터,ABBREVIATION,2024-03,BUSINESS_REGISTRATION,120-81-47521\r\n\
    OLD_CENTRE,,,,,,,,,예전 센터,FORMER,2019,,\r\n";

async fn institutions_come_in_once_and_are_brought_up_to_date(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    let text = INSTITUTIONS.replace("names 명칭", "namesNameKo");
    let dry = tried(&app, History::Institutions, (text.as_bytes(), None), false).await.unwrap();
    assert_eq!((counts(&dry), dry.is_applied), ([2, 0, 0, 0], false), "{dry:#?}");
    assert_eq!(written(&app).await, before);
    // CP949, as Korean Windows saves it.
    let (bytes, ..) = EUC_KR.encode(&text);
    let done = tried(&app, History::Institutions, (&bytes, None), true).await.unwrap();
    assert_eq!((counts(&done), done.is_applied), ([2, 0, 0, 0], true), "{done:#?}");
    let query = "{ institution(code: \"OLD_CENTRE\") { name { ko en } kind sector region { code } foundedOn website version origin \
        names { nodes { name { ko } kind startsOn } } identifiers { nodes { scheme value } } units { nodes { code name { ko } foundedOn } } } }";
    let told = app.data(query).await["institution"].clone();
    assert_eq!(
        told,
        json!({
            "name": { "ko": "옛 혁신센터", "en": "Old Centre" }, "kind": "PUBLIC_AGENCY", "sector": "GOVERNMENT",
            "region": { "code": "KR-30" }, "foundedOn": "2024-03-05", "website": "https://old.example.kr", "version": 1, "origin": "REPORTED",
            "names": { "nodes": [
                { "name": { "ko": "혁신센터" }, "kind": "ABBREVIATION", "startsOn": "2024-03" },
                { "name": { "ko": "예전 센터" }, "kind": "FORMER", "startsOn": "2019" },
            ] },
            "identifiers": { "nodes": [{ "scheme": "BUSINESS_REGISTRATION", "value": "1208147521" }] },
            "units": { "nodes": [{ "code": "OLD_UNIT", "name": { "ko": "옛 부서" }, "foundedOn": "2024-03" }] },
        })
    );
    let once = written(&app).await;
    let again = run(&app, History::Institutions, &text.replace("120-81-47521", "1208147521")).await;
    assert_eq!(counts(&again), [0, 0, 2, 0], "{again:#?}");
    assert_eq!(written(&app).await, once);
    // What a file does not speak of stays; a blank cell takes it away.
    let later = "code\twebsite\tname en\nOLD_CENTRE\t\tCentre of Old\n";
    let done = run(&app, History::Institutions, later).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let told = app.data(query).await["institution"].clone();
    assert_eq!(
        [&told["website"], &told["name"]["en"], &told["foundedOn"], &told["version"]],
        [&Value::Null, &json!("Centre of Old"), &json!("2024-03-05"), &json!(2)]
    );
    let action = "SELECT count(*) FROM audit_event WHERE action = 'amendInstitution' AND actor = 'system' AND request_id = 'test'";
    assert_eq!(crate::support::acting::number(&app, action).await, 1);
}

async fn every_fault_is_told_and_nothing_is_written(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    let text = "code,nameKo,kind,region,foundedOn,names.name.ko,names.kind,isPublic\n\
        NEW_ONE,새 기관,PUBLIC_AGENCY,KR-30,,,,\n\
        NEW_TWO,둘,NO_KIND,KR-99,2024-13,이름,ALIAS,아마\n\
        \n\
        NEW_TWO,,,,2024-02,다른 이름,ODD,\n\
        ,셋,STARTUP,,,,,\n\
        NEW_ONE,새 기관,PUBLIC_AGENCY,KR-30,,,,\n\
        TIPA,,PUBLIC_AGENCY,,,,,,넘치는 값\n\
        KOSME,,,,,,,\n";
    let report = run(&app, History::Institutions, text).await;
    assert_eq!(written(&app).await, before);
    assert!(!report.is_applied);
    let told = faults(&report);
    for fault in [
        (3, "kind", "INVALID_CODE"),
        (3, "foundedOn", "INVALID_DATE"),
        (3, "isPublic", "INVALID_VALUE"),
        (5, "foundedOn", "MISMATCH"),
        (5, "namesKind", "INVALID_CODE"),
        (6, "code", "REQUIRED"),
        (7, "code", "DUPLICATE"),
        (8, "", "NO_HEADING"),
        (9, "nameKo", "REQUIRED"),
    ] {
        assert!(told.contains(&fault), "{fault:?}: {told:?}");
    }
    assert_eq!(counts(&report), [1, 0, 0, 5], "{told:?}");
    let text = "code,nameKo,kind,region,parent,names.name.ko,names.kind\nNEW_TWO,둘,STARTUP,KR-99,KOSMEE,가,ALIAS\nNEW_TWO,,,,,가,ALIAS\n";
    let report = run(&app, History::Institutions, text).await;
    let told = faults(&report);
    for fault in
        [(2, "region", "UNKNOWN"), (2, "parent", "UNKNOWN"), (3, "namesNameKo", "DUPLICATE")]
    {
        assert!(told.contains(&fault), "{fault:?}: {told:?}");
    }
    let parent = report.faults.iter().find(|it| it.column == "parent").unwrap();
    assert!(parent.message.en.contains("KOSME") && parent.value == "KOSMEE", "{parent:?}");
    // JSON lines tell what no input knows.
    let text = "{\"code\":\"NEW_TWO\",\"name\":\"둘\",\"kinds\":1,\"names\":{},\"kind\":\"STARTUP\"}\nnothing\n";
    let report = run(&app, History::Institutions, text).await;
    let told: Vec<_> = report.faults.iter().map(|it| (it.row, &*it.path, &*it.code)).collect();
    for fault in [
        (1, "name", "INVALID_VALUE"),
        (1, "kinds", "UNKNOWN_FIELD"),
        (1, "names", "INVALID_VALUE"),
        (2, "code", "INVALID_JSON"),
    ] {
        assert!(told.contains(&fault), "{fault:?}: {told:?}");
    }
    assert_eq!(written(&app).await, before);
}

const CASE: &str = r#"{"code":"OLD-2024-01","owner":"KOSME","title":{"ko":"불량 선별"},"summary":{"ko":"영상으로 불량을 선별"},"companyName":"옛 기업","region":"KR-48",
    "industry":"25","size":"SMALL","technology":"COMPUTER_VISION","application":"DEFECT_DETECTION","stage":"PRODUCTION","supplierName":"공급사","startedOn":"2023년 5월",
    "programme":{"ko":"AI 바우처"},"investment":"42,000,000","publicSupport":30000000,"lessons":{"ko":"자료 먼저"},
    "outcomes":[{"family":"PRODUCTIVITY","metric":{"ko":"처리 시간"},"unit":"분/건","baseline":42,"after":27.5,"measuredOn":"2024-01","method":{"ko":"평균"}}],
    "barriers":[{"kind":"DATA","note":{"ko":"흩어져 있음"}}]}"#;

/// The case with other values.
fn case(more: &Value) -> String {
    let mut case: Value = serde_json::from_str(CASE).unwrap();
    for (name, value) in more.as_object().unwrap() {
        case[name] = value.clone();
    }
    format!("{case}\n")
}

const SEEN: &str = "{ adoptionCase(code: \"OLD-2024-01\") { status verification publishedOn hasConsentToPublish statusReason version owner { code } \
    outcomes { nodes { after } } barriers { nodes { kind } } investment } }";

async fn seen(app: &TestApp) -> Value {
    let answer = app.ask(&Principal::System, SEEN, json!({})).await;
    answer["data"]["adoptionCase"].clone()
}

async fn cases_come_as_far_as_they_say(place: Place) {
    let app = place.app().await;
    let published = json!({ "status": "PUBLISHED", "verification": "SITE_VISITED", "hasConsentToPublish": true, "publishedOn": "2024-02-10" });
    let done = run(&app, History::Cases, &case(&published)).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done:#?}");
    let told = seen(&app).await;
    assert_eq!(
        [
            &told["status"],
            &told["verification"],
            &told["publishedOn"],
            &told["owner"]["code"],
            &told["investment"]
        ],
        [
            &json!("PUBLISHED"),
            &json!("SITE_VISITED"),
            &json!("2024-02-10"),
            &json!("KOSME"),
            &json!(42_000_000)
        ]
    );
    // Everybody sees it, and each verb stands in the audit.
    assert!(
        app.data("{ adoptionCase(code: \"OLD-2024-01\") { code } }").await["adoptionCase"]
            .is_object()
    );
    let before = written(&app).await;
    let again = run(&app, History::Cases, &case(&published)).await;
    assert_eq!((counts(&again), written(&app).await), ([0, 0, 1, 0], before));
    // A published case is not amended, whose case it is stays, and nothing goes back by a file.
    for (more, column, code) in [
        (json!({ "title": { "ko": "다른 제목" } }), "code", "WRONG_STATE"),
        (json!({ "owner": "TIPA" }), "owner", "CANNOT_CHANGE"),
        (json!({ "status": "DRAFT" }), "status", "NOT_AS_GIVEN"),
        (json!({ "title": null }), "titleKo", "REQUIRED"),
    ] {
        let report = run(&app, History::Cases, &case(&more)).await;
        assert_eq!(faults(&report), [(1, column, code)], "{more}: {report:#?}");
    }
    assert_eq!(written(&app).await, before);
    let back = json!({ "status": "RETURNED", "statusReason": "다시" });
    assert_eq!(counts(&run(&app, History::Cases, &case(&back)).await), [0, 1, 0, 0]);
    let lacking = json!({ "code": "OLD-2", "status": "PUBLISHED", "verification": "DOCUMENTED", "hasConsentToPublish": true, "outcomes": [] });
    let report = run(&app, History::Cases, &case(&lacking)).await;
    assert_eq!(
        (counts(&report), faults(&report)),
        ([0, 0, 0, 1], vec![(1, "outcomesFamily", "REQUIRED")]),
        "{report:#?}"
    );
}

async fn cases_come_as_far_as_their_data_allow(place: Place) {
    for (more, status) in [
        (json!({ "outcomes": [] }), "DRAFT"),
        (json!({}), "SUBMITTED"),
        (json!({ "verification": "DOCUMENTED" }), "VERIFIED"),
        (json!({ "verification": "DOCUMENTED", "hasConsentToPublish": true }), "PUBLISHED"),
    ] {
        let app = place.app().await;
        let done = run(&app, History::Cases, &case(&more)).await;
        assert_eq!(counts(&done), [1, 0, 0, 0], "{more}: {done:#?}");
        assert_eq!(seen(&app).await["status"], status, "{more}");
        let before = written(&app).await;
        assert_eq!(counts(&run(&app, History::Cases, &case(&more)).await), [0, 0, 1, 0], "{more}");
        assert_eq!(written(&app).await, before);
    }
}

const MEETINGS: &str = "code,body,titleKo,heldOn,startsAt,endsAt,venueNameKo,topics,agendaTitleKo,agendaOutcome,agendaPresenters,\
    attendanceParticipantInstitution,attendanceParticipantGroupKo,attendanceParticipantHeadCount,attendanceStatus,headcount,minutesTextKo,minutesApprovedOn,status,reasonKo,isExtra\n\
    OLD_MEETING,POLICY_COUNCIL,옛 회의,2024.3.5,2024-03-05 14:00,2024-03-05 16:00,옛 회의실,REGULATION; REGIONAL_AI,첫 안건,DECIDED,\"[{\"\"institution\"\":\"\"TIPA\"\"}]\",\
    MSS,,3,,20,회의함,2024-03-12,,,\n\
    OLD_MEETING,,,,,,,,둘째 안건,,,,지역 기업,12,ABSENT,,,,,,\n\
    OLD_CANCELLED,POLICY_COUNCIL,취소된 회의,2024-04,,,,,,,,,,,,,,,CANCELLED,태풍,\n";

async fn meetings_come_in_as_they_were_held(place: Place) {
    let app = place.app().await;
    let done = run(&app, History::Meetings, MEETINGS).await;
    assert_eq!(counts(&done), [2, 0, 0, 0], "{done:#?}");
    let query = "{ meeting(code: \"OLD_MEETING\") { status heldOn startsAt headcount venues { nodes { name { ko } } } \
        agenda { nodes { title { ko } outcome presenters { nodes { institution { code } } } } } \
        attendance { nodes { status headCount institution { code } groupLabel { ko } } } minutes { nodes { status approvedOn text { ko } } } } }";
    let told = app.data(query).await["meeting"].clone();
    assert_eq!(
        told,
        json!({
            "status": "HELD", "heldOn": "2024-03-05", "startsAt": told["startsAt"], "headcount": 20,
            "venues": { "nodes": [{ "name": { "ko": "옛 회의실" } }] },
            "agenda": { "nodes": [
                { "title": { "ko": "첫 안건" }, "outcome": "DECIDED", "presenters": { "nodes": [{ "institution": { "code": "TIPA" } }] } },
                { "title": { "ko": "둘째 안건" }, "outcome": null, "presenters": { "nodes": [] } },
            ] },
            "attendance": { "nodes": [
                { "status": "ATTENDED", "headCount": 3, "institution": { "code": "MSS" }, "groupLabel": null },
                { "status": "ABSENT", "headCount": 12, "institution": null, "groupLabel": { "ko": "지역 기업" } },
            ] },
            "minutes": { "nodes": [{ "status": "APPROVED", "approvedOn": "2024-03-12", "text": { "ko": "회의함" } }] },
        })
    );
    let topics = "{ meeting(code: \"OLD_MEETING\") { topics { totalCount } } }";
    assert_eq!(app.data(topics).await["meeting"]["topics"]["totalCount"], 2);
    assert!(told["startsAt"].as_str().unwrap().starts_with("2024-03-05T14:00:00"), "{told}");
    let before = written(&app).await;
    assert_eq!(counts(&run(&app, History::Meetings, MEETINGS).await), [0, 0, 2, 0]);
    assert_eq!(written(&app).await, before);
    // Where it is not, it comes in as it went out.
    let (other, file) =
        (place.localised_app().await, exported(&app, History::Meetings, Format::Csv).await);
    let moved = tried(&other, History::Meetings, (&file, None), true).await.unwrap();
    assert_eq!((moved.created, moved.updated, moved.refused), (2, 0, 0), "{moved:#?}");
    assert_eq!(other.data(query).await["meeting"], told);
    // A held meeting is corrected by who says what was wrong, and faults stand where they come from.
    let wrong = "code,titleKo,agendaTitleKo,agendaPresenters,attendanceParticipantInstitution\nOLD_MEETING,다른 제목,첫 안건,,\nNEW_MEETING,이름,,,\n";
    let report = run(&app, History::Meetings, wrong).await;
    assert_eq!(written(&app).await, before);
    let told = faults(&report);
    for fault in [(2, "correctionKo", "REQUIRED"), (3, "heldOn", "INVALID_DATE")] {
        assert!(told.contains(&fault), "{fault:?}: {told:?}");
    }
    let right = "code,titleKo,correctionKo\nOLD_MEETING,다른 제목,제목이 틀림\n";
    let done = run(&app, History::Meetings, right).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let held = "code,body,titleKo,heldOn,agendaTitleKo,agendaPresenters,attendanceParticipantInstitution\n\
        OLD_TWO,POLICY_COUNCIL,회의,2024-05-01,하나,\"[{\"\"person\"\":\"\"NOBODY\"\"}]\",MSS\nOLD_TWO,,,,둘,{,NOWHERE\n";
    let report = run(&app, History::Meetings, held).await;
    let told = faults(&report);
    for fault in [(2, "agendaPresenters", "UNKNOWN"), (3, "agendaPresenters", "INVALID_JSON")] {
        assert!(told.contains(&fault), "{fault:?}: {told:?}");
    }
}

const PEOPLE: &str = "code,이름,nameEn,postsInstitution,postsPostKo,postsIsActing,postsStartsOn,postsEndsOn\n\
    OLD_PERSON,옛 사람,Old Person,TIPA,팀장,예,2019.3.5,2021년 2월\n\
    OLD_PERSON,,,TIPA,부장,,2021-03,\n";

async fn people_come_in_with_their_posts(place: Place) {
    let (app, other) = (place.app().await, place.localised_app().await);
    let before = written(&app).await;
    let lines = json!({ "code": "OLD_PERSON", "name": { "ko": "옛 사람", "en": "Old Person" }, "posts": [
        { "institution": "TIPA", "post": { "ko": "팀장" }, "isActing": true, "startsOn": "2019-03-05", "endsOn": "2021-02" },
        { "institution": "TIPA", "post": { "ko": "부장" }, "startsOn": "2021-03" },
    ] });
    let utf16: Vec<u8> =
        format!("\u{feff}{PEOPLE}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cp949 = EUC_KR.encode(PEOPLE).0.into_owned();
    for file in [PEOPLE.into(), utf16, cp949, format!("{lines}\n").into_bytes()] {
        let dry = tried(&app, History::People, (&file, None), false).await.unwrap();
        assert_eq!((counts(&dry), dry.is_applied), ([1, 0, 0, 0], false), "{dry:#?}");
    }
    assert_eq!(written(&app).await, before);
    let done = run(&app, History::People, PEOPLE).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done:#?}");
    let query = "{ person(code: \"OLD_PERSON\") { name { ko en } memberships { nodes { institution { code } post { ko } isActing isHead startsOn endsOn } } } }";
    let told = app.data(query).await["person"].clone();
    let post = |ko: &str, is_acting: bool, from: &str, to: Value| json!({ "institution": { "code": "TIPA" }, "post": { "ko": ko }, "isActing": is_acting, "isHead": false, "startsOn": from, "endsOn": to });
    let posts = told["memberships"]["nodes"].as_array().unwrap();
    assert_eq!((&told["name"]["en"], posts.len()), (&json!("Old Person"), 2), "{told}");
    for expected in [
        post("팀장", true, "2019-03-05", json!("2021-02")),
        post("부장", false, "2021-03", Value::Null),
    ] {
        assert!(posts.contains(&expected), "{told}");
    }
    // Twice is once, and as it goes out it comes where it is not.
    let once = written(&app).await;
    assert_eq!(counts(&run(&app, History::People, PEOPLE).await), [0, 0, 1, 0]);
    assert_eq!(written(&app).await, once);
    let file = exported(&app, History::People, Format::Csv).await;
    let file = String::from_utf8(file).unwrap();
    let kept = |row: &&str| row.contains("OLD_PERSON") || row.contains("postsPostKo");
    let file: String = file.lines().filter(kept).map(|row| format!("{row}\n")).collect();
    let moved = run(&other, History::People, &file).await;
    assert_eq!(counts(&moved), [1, 0, 0, 0], "{moved:#?}");
    let there = other.data(query).await["person"]["memberships"]["nodes"].clone();
    assert_eq!(there.as_array().unwrap().len(), 2, "{there}");
    // One cell alone is changed; a post of which the file does not speak stays.
    let ended = "code,postsInstitution,postsStartsOn,postsPostKo,postsEndsOn\nOLD_PERSON,TIPA,2021-03,본부장,2024-12\n";
    let done = run(&app, History::People, ended).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let told = app.data(query).await["person"]["memberships"]["nodes"].clone();
    let posts = told.as_array().unwrap();
    assert_eq!(posts.len(), 2, "{told}");
    assert!(posts.contains(&post("본부장", false, "2021-03", json!("2024-12"))), "{told}");
    assert_eq!(counts(&run(&app, History::People, ended).await), [0, 0, 1, 0]);
    // A blank day is no other day: it is another post, not that one renamed.
    let blank =
        "code,postsInstitution,postsStartsOn,postsPostKo,postsEndsOn\nOLD_PERSON,TIPA,,국장,2018\n";
    let done = run(&app, History::People, blank).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let told = app.data(query).await["person"]["memberships"]["nodes"].clone();
    assert_eq!(told.as_array().unwrap().len(), 3, "{told}");
    assert!(
        told.as_array().unwrap().contains(&post("본부장", false, "2021-03", json!("2024-12"))),
        "{told}"
    );
    // Blank where something stands takes it away.
    let blank = "code,postsInstitution,postsStartsOn,postsPostKo,postsEndsOn\nOLD_PERSON,TIPA,2021-03,본부장,\n";
    let done = run(&app, History::People, blank).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let told = app.data(query).await["person"]["memberships"]["nodes"].clone();
    assert!(
        told.as_array().unwrap().contains(&post("본부장", false, "2021-03", Value::Null)),
        "{told}"
    );
    // A fault in the last row, and nothing is written.
    let before = written(&app).await;
    let wrong = "code,nameKo,postsInstitution,postsPostKo,postsStartsOn\n\
        NEW_PERSON,새 사람,TIPA,과장,2020\nNEW_TWO,둘,TIPA,과장,2020\nNEW_TWO,,NOWHERE,과장,2021\nNEW_TWO,,TIPA,,2021\n";
    let report = run(&app, History::People, wrong).await;
    assert_eq!(
        faults(&report),
        [(4, "postsInstitution", "UNKNOWN"), (5, "postsPostKo", "INVALID_NAME")],
        "{report:#?}"
    );
    assert_eq!((counts(&report), written(&app).await), ([1, 0, 0, 1], before));
}

const SEATS: &str = "code,seatsPerson,seatsInstitution,seatsGroupKo,seatsHeadCount,seatsRole,seatsStartsOn,seatsEndsOn\n\
    POLICY_COUNCIL,LEE_JEONGSUN,SEOUL,,,CHAIR,2019-01,2020-12\n\
    POLICY_COUNCIL,,,산업계,5,,2019-01,2020-12\n";

async fn seats_come_in_by_their_bodies(place: Place) {
    let app = place.app().await;
    let query = "{ body(code: \"POLICY_COUNCIL\") { appointments { nodes { person { code } institution { code } groupLabel { ko } headCount role startsOn endsOn } } } }";
    let done = run(&app, History::Appointments, SEATS).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let of_then = |told: Value| {
        let mut told = told["body"]["appointments"]["nodes"].as_array().unwrap().clone();
        told.retain(|it| it["startsOn"] == "2019-01");
        Value::Array(told)
    };
    let seats = |chair_until: &str| {
        json!([
            { "person": { "code": "LEE_JEONGSUN" }, "institution": { "code": "SEOUL" }, "groupLabel": null, "headCount": 1, "role": "CHAIR", "startsOn": "2019-01", "endsOn": chair_until },
            { "person": null, "institution": null, "groupLabel": { "ko": "산업계" }, "headCount": 5, "role": "MEMBER", "startsOn": "2019-01", "endsOn": "2020-12" },
        ])
    };
    assert_eq!(of_then(app.data(query).await), seats("2020-12"));
    let once = written(&app).await;
    assert_eq!(counts(&run(&app, History::Appointments, SEATS).await), [0, 0, 1, 0]);
    assert_eq!(written(&app).await, once);
    // The term that ends earlier makes room for the next, whichever row comes first.
    let next = "code,seatsPerson,seatsInstitution,seatsRole,seatsStartsOn,seatsEndsOn\n\
        POLICY_COUNCIL,CHOI_PANGYU,,CHAIR,2020-07,2020-12\nPOLICY_COUNCIL,LEE_JEONGSUN,SEOUL,CHAIR,2019-01,2020-06\n";
    let done = run(&app, History::Appointments, next).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    assert_eq!(of_then(app.data(query).await), seats("2020-06"));
    let before = written(&app).await;
    for (text, expected) in [
        (
            "code,seatsPerson,seatsStartsOn\nPOLICY_COUNSIL,LEE_JEONGSUN,2020\n",
            (2, "code", "UNKNOWN"),
        ),
        ("code,seatsStartsOn\nPOLICY_COUNCIL,2015\n", (2, "seatsPerson", "REQUIRED")),
        (
            "code,seatsPerson,seatsRole,seatsStartsOn\nPOLICY_COUNCIL,LEE_EUNSEO,CHAIR,2020-08\n",
            (2, "seatsRole", "TAKEN"),
        ),
    ] {
        let report = run(&app, History::Appointments, text).await;
        assert!(faults(&report).contains(&expected), "{report:#?}");
    }
    assert_eq!(written(&app).await, before);
}

/// A recommendation that was passed on, accepted and delivered; on one day it was answered and assigned anew.
fn recommendation(more: &Value) -> String {
    let mut told = json!({
        "code": "OLD-RC-1", "title": { "ko": "옛 건의" }, "source": "SURVEY", "raisedOn": "2023.2.1", "institution": "TIPA",
        "evidenceNote": "공문", "isPublic": true,
        "assignments": [
            { "addressee": "MSS", "assignedOn": "2023-02-03", "dueOn": "2023-03-05" },
            { "addressee": "KOSME", "assignedOn": "2023-03-02", "dueOn": "2023-05-01", "reason": { "ko": "소관 변경" } },
        ],
        "answers": [
            { "disposition": "FORWARDED_AS_POLICY_PROPOSAL", "answeredOn": "2023-03-02", "forwardedTo": "KOSME", "reason": { "ko": "소관 아님" }, "evidenceNote": "회신 공문" },
            { "disposition": "ACCEPTED", "answeredOn": "2023-04-10", "plannedOn": "2023-12", "recordedBy": "KOSME" },
        ],
        "deliveries": [{ "light": "GREEN", "isCompleted": true, "reportedOn": "2023-11-30", "recordedBy": "KOSME" }],
        "effects": [{ "kind": "BUDGET", "title": { "ko": "예산" }, "occurredOn": "2023-09", "amount": "1,000,000", "evidenceNote": "공고", "evidence": "S1" }],
    });
    for (name, value) in more.as_object().unwrap() {
        told[name] = value.clone();
    }
    format!("{told}\n")
}

async fn recommendations_come_in_with_what_became_of_them(place: Place) {
    let (app, other) = (place.app().await, place.localised_app().await);
    let before = written(&app).await;
    let file = recommendation(&json!({}));
    let dry = tried(&app, History::Recommendations, (file.as_bytes(), None), false).await.unwrap();
    assert_eq!((counts(&dry), written(&app).await), ([1, 0, 0, 0], before), "{dry:#?}");
    let done = run(&app, History::Recommendations, &file).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done:#?}");
    let query = "{ recommendation(code: \"OLD-RC-1\") { status raisedOn dueOn addressee { code } recordedBy { code } isOnBehalf delivery \
        assignments { nodes { addressee { code } assignedOn dueOn } } \
        answers { nodes { institution { code } disposition answeredOn dueOn recordedBy { code } isOnBehalf } } \
        deliveries { nodes { institution { code } light isCompleted reportedOn } } effects { nodes { kind occurredOn amount document { code } } } } }";
    let told = app.data(query).await["recommendation"].clone();
    let answer = |of: &str, what: &str, on: &str, due: &str, by: Value| json!({ "institution": { "code": of }, "disposition": what, "answeredOn": on, "dueOn": due, "recordedBy": by, "isOnBehalf": by.is_null() });
    assert_eq!(
        told,
        json!({
            "status": "DELIVERED", "raisedOn": "2023-02-01", "dueOn": "2023-05-01", "addressee": { "code": "KOSME" }, "recordedBy": null,
            "isOnBehalf": true, "delivery": "GREEN",
            "assignments": { "nodes": [
                { "addressee": { "code": "MSS" }, "assignedOn": "2023-02-03", "dueOn": "2023-03-05" },
                { "addressee": { "code": "KOSME" }, "assignedOn": "2023-03-02", "dueOn": "2023-05-01" },
            ] },
            "answers": { "nodes": [
                answer("MSS", "FORWARDED_AS_POLICY_PROPOSAL", "2023-03-02", "2023-03-05", Value::Null),
                answer("KOSME", "ACCEPTED", "2023-04-10", "2023-05-01", json!({ "code": "KOSME" })),
            ] },
            "deliveries": { "nodes": [{ "institution": { "code": "KOSME" }, "light": "GREEN", "isCompleted": true, "reportedOn": "2023-11-30" }] },
            "effects": { "nodes": [{ "kind": "BUDGET", "occurredOn": "2023-09", "amount": 1_000_000, "document": { "code": "S1" } }] },
        })
    );
    let once = written(&app).await;
    assert_eq!(counts(&run(&app, History::Recommendations, &file).await), [0, 0, 1, 0]);
    assert_eq!(written(&app).await, once);
    // As it goes out it comes where it is not.
    let table = exported(&app, History::Recommendations, Format::Csv).await;
    let table = String::from_utf8(table).unwrap();
    let kept = |row: &&str| row.contains("OLD-RC-1") || row.contains("recordedBy");
    let table: String = table.lines().filter(kept).map(|row| format!("{row}\n")).collect();
    let moved = run(&other, History::Recommendations, &table).await;
    assert_eq!(counts(&moved), [1, 0, 0, 0], "{moved:#?}");
    assert_eq!(other.data(query).await["recommendation"], told);
}

async fn what_became_of_a_recommendation_stays(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    for (more, expected) in [
        (json!({ "raisedOn": null }), (1, "raisedOn", "REQUIRED")),
        (json!({ "code": "old rc" }), (1, "code", "INVALID_CODE")),
        (json!({ "evidence": "NO_DOCUMENT" }), (1, "evidence", "UNKNOWN")),
        (json!({ "assignments": [] }), (1, "code", "NOT_ASSIGNED")),
        (
            json!({ "assignments": [{ "addressee": "MSS", "assignedOn": "2023-01-03", "dueOn": "2023-01-02" }] }),
            (1, "assignmentsAssignedOn", "INVALID_DATE"),
        ),
        (json!({ "deliveries": [{ "light": "GREEN" }] }), (1, "deliveriesReportedOn", "REQUIRED")),
        (
            json!({ "deliveries": [{ "light": "GREEN", "reportedOn": "2023-11-30" }] }),
            (1, "deliveriesEvidenceNote", "EVIDENCE_REQUIRED"),
        ),
    ] {
        let report = run(&app, History::Recommendations, &recommendation(&more)).await;
        assert!(faults(&report).contains(&expected), "{more}: {report:#?}");
        assert_eq!(counts(&report)[3], 1);
    }
    assert_eq!(written(&app).await, before);
    let hidden = recommendation(&json!({ "isPublic": false }));
    assert_eq!(counts(&run(&app, History::Recommendations, &hidden).await), [1, 0, 0, 0]);
    let once = written(&app).await;
    let delivered = json!({ "light": "GREEN", "isCompleted": true, "reportedOn": "2023-11-30", "recordedBy": "KOSME" });
    let other = json!({ "light": "GREEN", "isCompleted": true, "reportedOn": "2023-12-30", "recordedBy": "KOSME" });
    for (more, column) in [
        (json!({ "title": { "ko": "다른 제목" } }), "titleKo"),
        (json!({ "deliveries": [other] }), "deliveriesRecordedBy"),
        (json!({ "answers": [] }), "answersRecordedBy"),
    ] {
        let report = run(&app, History::Recommendations, &recommendation(&more)).await;
        assert!(faults(&report).contains(&(1, column, "CANNOT_CHANGE")), "{more}: {report:#?}");
    }
    assert_eq!(written(&app).await, once);
    // More of it follows, and it is published.
    let opened = json!({ "light": "RED", "reportedOn": "2024-02-01", "note": { "ko": "중단" }, "evidenceNote": "공문" });
    let more = recommendation(&json!({ "deliveries": [delivered, opened] }));
    let done = run(&app, History::Recommendations, &more).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done:#?}");
    let query =
        "{ recommendation(code: \"OLD-RC-1\") { status delivery deliveries { totalCount } } }";
    assert_eq!(
        app.data(query).await["recommendation"],
        json!({ "status": "IN_DELIVERY", "delivery": "RED", "deliveries": { "totalCount": 2 } })
    );
    assert_eq!(counts(&run(&app, History::Recommendations, &more).await), [0, 0, 1, 0]);
}

async fn a_fault_says_what_may_stand_there(place: Place) {
    let app = place.app().await;
    let report = run(&app, History::Institutions, "code,nameKo,kind\nNEW_ONE,새 기관,\n").await;
    let fault = report.faults.iter().find(|it| it.column == "kind").unwrap();
    for word in ["`kind` is blank", "STARTUP"] {
        assert!(fault.message.en.contains(word), "{fault:?}");
    }
    assert!(fault.message.ko.contains("(kind) 칸이 비어 있습니다"), "{fault:?}");
    // A Korean heading that is none names those that are near.
    let wrong = "code,기관이름\nA,B\n".as_bytes();
    let told = tried(&app, History::Institutions, (wrong, None), true).await;
    let Err(Error::Input(message)) = told else { panic!("{told:?}") };
    assert!(message.ko.contains("nameKo(기관명)"), "{message:?}");
    // A line is no longer than a megabyte.
    let long = format!("{{\"code\":\"NEW_TWO\",\"names\":[{}{{}}]}}\n", "{},".repeat(400_000));
    let text = format!("{long}{{\"code\":\"NEW_ONE\"}}\n");
    let report = run(&app, History::Institutions, &text).await;
    let told = faults(&report);
    assert_eq!((told[0].0, told[0].2, told[1].0), (1, "TOO_LONG", 2), "{told:?}");
    // Of a list that which differs is told.
    run(&app, History::Meetings, MEETINGS).await;
    let less = "code,correctionKo,attendanceParticipantInstitution,attendanceParticipantHeadCount\nOLD_MEETING,빠짐,MSS,3\n";
    let report = run(&app, History::Meetings, less).await;
    let told: Vec<_> = report.faults.iter().filter(|it| it.code == "NOT_AS_GIVEN").collect();
    assert_eq!(told.len(), 1, "{report:#?}");
    let text = &told[0].message.en;
    assert!(text.contains("it leaves out: ") && !text.contains("MSS"), "{told:?}");
}

async fn the_help_of_an_import_shows_what_matters_to_it(place: Place) {
    let terminal = Terminal::new(&place).await;
    for arguments in [&["import", "cases", "--help"][..], &["help", "export"]] {
        let help = terminal.run(arguments).await;
        assert!(help.out.contains("--database-url") && help.out.contains("--log "), "{}", help.out);
        for other in ["--listen", "--client-rate", "--operators", "--webhooks", "--keep-changes"] {
            assert!(!help.out.contains(other), "{}", help.out);
        }
    }
}

/// The first block of a language in a section of a page.
fn block<'p>(page: &'p str, section: &str, language: &str) -> &'p str {
    let (_, section) = page.split_once(section).unwrap();
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0
}

async fn the_command_tells_what_it_did(place: Place) {
    let app = place.app().await;
    let terminal = Terminal::over(app.url.clone());
    let page = include_str!("../../docs/operators.md");
    let file = block(page, "## Bring in what was before", "csv");
    std::fs::write(terminal.folder().join("institutions.csv"), file).unwrap();
    let count = |told: &Value| {
        [told["created"].clone(), told["unchanged"].clone(), told["isApplied"].clone()]
    };
    for (arguments, counted) in [
        (&["import", "institutions", "institutions.csv"][..], [json!(2), json!(0), json!(false)]),
        (
            &["import", "institutions", "institutions.csv", "--apply"],
            [json!(2), json!(0), json!(true)],
        ),
        (
            &["import", "institutions", "institutions.csv", "--apply"],
            [json!(0), json!(2), json!(true)],
        ),
    ] {
        let done = terminal.run(arguments).await;
        assert_eq!(done.code, Some(0), "{} {}", done.out, done.err);
        assert_eq!(count(&serde_json::from_str(&done.out).unwrap()), counted, "{}", done.out);
    }
    let done = terminal.run(&["export", "institutions", "--output", "out.csv"]).await;
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let done =
        terminal.run(&["import", "institutions", "out.csv", "--apply", "--format", "csv"]).await;
    assert_eq!(done.code, Some(0), "{} {}", done.out, done.err);
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&told["created"], &told["updated"]), (&json!(0), &json!(0)));
    // A file that is there is left as it is.
    assert_eq!(terminal.run(&["export", "cases", "--output", "out.csv"]).await.code, Some(1));
    let lines = terminal.run(&["export", "cases", "--format", "jsonl"]).await;
    assert!(lines.out.lines().count() > 100 && lines.out.starts_with("{\""), "{}", lines.err);
    std::fs::write(terminal.folder().join("wrong.csv"), "code,kind\nNEW_ONE,NONE\n").unwrap();
    let done = terminal.run(&["import", "institutions", "wrong.csv", "--apply"]).await;
    assert_eq!(done.code, Some(1));
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&told["refused"], &told["isApplied"]), (&json!(1), &json!(false)));
    assert!(done.err.contains("nothing was written"), "{}", done.err);
}

async fn what_is_no_such_file_is_refused(place: Place) {
    let app = place.app().await;
    let before = written(&app).await;
    for (bytes, format) in [
        (&b""[..], None),
        (b"\xff\xfe\x00", None),
        (b"PK\x03\x04 broken", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"code,nameKo\n", Some(Format::Xlsx)),
        (b"nameKo,kind\nx,STARTUP\n", None),
        (b"code,code\nA,B\n", None),
        (b"code,nameKo\nA,\"one\nB,two\nC,three\n", None),
        (b"code,nonsense\nA,B\n", None),
        (b"{\"code\": \"\xff\"}", None),
        (b"<html></html>", Some(Format::Csv)),
    ] {
        let told = tried(&app, History::Institutions, (bytes, format), true).await;
        assert!(matches!(told, Err(Error::Input(_))), "{bytes:?}: {told:?}");
    }
    // Headings alone are a file without records.
    assert_eq!(counts(&run(&app, History::Cases, "code,titleKo\n").await), [0, 0, 0, 0]);
    assert_eq!(written(&app).await, before);
}

/// A workbook of one sheet, of which this is the XML of the rows.
fn workbook(rows: &str) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |ty: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{kind}/{ty}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns:r=\"{kind}\"><sheets><sheet name=\"가\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn a_formula_is_told_at_its_cell(place: Place) {
    let app = place.app().await;
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row =
        |number: u32, cells: &[String]| format!("<row r=\"{number}\">{}</row>", cells.concat());
    let head = row(2, &["code", "nameKo", "kind", "foundedOn", "website"].map(text));
    let wrong = [
        text("NEW_ONE"),
        text("가"),
        "<c><f>A1</f><v>1</v></c>".to_owned(),
        "<c><v>2024</v></c>".to_owned(),
        "<c t=\"e\"><v>#N/A</v></c>".to_owned(),
    ];
    let file = workbook(&format!("{head}{}", row(4, &wrong)));
    let report = tried(&app, History::Institutions, (&file, None), true).await.unwrap();
    assert_eq!(
        faults(&report),
        [(4, "kind", "FORMULA"), (4, "website", "CELL_ERROR")],
        "{report:#?}"
    );
    let right = [text("NEW_ONE"), text("가"), text("STARTUP"), "<c><v>2024</v></c>".to_owned()];
    let file = workbook(&format!("{head}{}", row(4, &right)));
    let report = tried(&app, History::Institutions, (&file, None), true).await.unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0], "{report:#?}");
}

const CODE: &[InputField] = &[InputField {
    name: "code",
    ty: || "String!".to_owned(),
    description: "코드. Code.",
    default: None,
}];
const OWN: InputObject = InputObject { name: "Own", description: "", fields: &[CODE] };

async fn cells_come_back_as_they_were_written(_: Place) {
    let objects: Vec<_> = {
        let mut all = Vec::new();
        DraftCase::objects(&mut all);
        all
    };
    let fields = shape::fields(&(vec![&OWN, DraftCase::OBJECT], objects), &[]);
    let text = || "[-=+@'\"가-힣a-z0-9 ,;\n\t|#]{0,12}".prop_map(|text| text.trim().to_owned());
    let both = || (text(), text()).prop_map(|(ko, en)| json!({ "ko": ko, "en": en }));
    let outcome = (both(), (-1_000_000_000..1_000_000_000_i32).prop_map(|it| f64::from(it) / 1000.0), "20[0-9]{2}(-0[1-9](-1[0-9])?)?")
        .prop_map(|(metric, after, on)| json!({ "family": "COST", "metric": metric, "after": after, "measuredOn": on }));
    let record = (
        both(),
        text(),
        0..i64::MAX,
        prop::collection::vec(outcome, 0..4),
        prop::collection::vec("[A-Z]{1,9}", 0..4),
    );
    let record = record.prop_map(|(title, name, won, outcomes, technologies)| {
        json!({ "title": title, "companyName": name, "investment": won.to_string(), "outcomes": outcomes, "technologies": technologies })
    });
    let mut runner = TestRunner::deterministic();
    runner
        .run(&prop::collection::vec(record, 1..4), |records| {
            for format in [Format::Csv, Format::Xlsx, Format::Ndjson] {
                let mut writer = file::Writer::new("cases", format, &fields).unwrap();
                let mut bytes = Vec::new();
                for (at, record) in records.iter().enumerate() {
                    let mut record = record.as_object().unwrap().clone();
                    record.insert("code".to_owned(), format!("C-{at}").into());
                    bytes.extend(writer.add(&record).unwrap());
                }
                bytes.extend(writer.finish().unwrap());
                let read = file::read(&bytes, Some(format), &fields).unwrap();
                prop_assert!(read.lost == 0 && read.entries.len() == records.len());
                for (entry, record) in read.entries.iter().zip(&records) {
                    prop_assert!(entry.faults.is_empty(), "{:?}", entry.faults);
                    for field in &fields {
                        let Some(value) = record.get(&field.name) else { continue };
                        let came = entry.given.get(&field.name).unwrap_or(&Value::Null);
                        // A blank text says nothing.
                        let (mut came, mut was) = (came.clone(), value.clone());
                        without_blanks(&mut came);
                        without_blanks(&mut was);
                        let apart = field.apart(&came, &was, field.name == "outcomes");
                        prop_assert!(apart.is_empty(), "{:?}: {}: {:?}", format, field.name, apart);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}

fn without_blanks(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(without_blanks);
            fields.retain(|_, value| !value.is_null());
            if fields.is_empty() {
                *value = Value::Null;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_blanks),
        Value::String(text) if text.is_empty() => *value = Value::Null,
        _ => {}
    }
}
