//! The search as people type, what a list finds by names of other rows, its order, the index made anew;
//! and codes as people write them.

use aiplus::domain::principal::Principal;
use aiplus::graphql::catalog;
use aiplus::read::model::Kind;
use aiplus::service::search_index;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::results::World;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_text_is_found_as_one_types_it,
    a_list_is_found_by_the_names_of_what_it_hangs_on,
    names_come_before_texts_on_every_page,
    an_index_of_another_folding_is_made_anew_once,
    codes_in_filters_and_arguments_are_read_as_people_have_them,
    codes_of_values_are_saved_as_they_are_kept,
    a_region_that_is_not_of_the_quarter_tells_what_is,
];

/// Codes of the rows that a list finds.
async fn found(app: &TestApp, list: &str, code: &str, text: &str) -> Vec<String> {
    let query = format!(
        "query($text: String!) {{ {list}(first: 100, where: {{ search: $text }}) {{ nodes {{ {code} }} }} }}"
    );
    app.statements();
    let answer = app.ask(&Principal::Anonymous, &query, json!({ "text": text })).await;
    assert_eq!(app.statements().len(), 1, "one level, one statement");
    let nodes = answer["data"][list]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{text}: {answer:#}"));
    nodes.iter().map(|node| node[code].as_str().unwrap().to_owned()).collect()
}

async fn a_text_is_found_as_one_types_it(place: Place) {
    let app = place.app().await;
    for text in [
        "데이터 허브",
        "데이터허브",
        "AX데이터허브",
        "ａｘ 데이터\u{200B}허브",
        "\u{1103}\u{1166}\u{110B}\u{1175}\u{1110}\u{1165}\u{1112}\u{1165}\u{1107}\u{1173}",
        "‘AX’ 「데이터 허브」",
    ] {
        assert!(!found(&app, "statements", "code", text).await.is_empty(), "{text}");
    }
    for text in [
        "활용촉진법",
        "활용 촉진법",
        "중소기업AI 활용촉진법",
        "활용·확산 촉진법",
        "활용ㆍ확산촉진법",
        "활용・확산",
        "활용‧확산",
        "활용･확산",
        "활용 • 확산",
        "(가칭) 중소기업, AI",
    ] {
        let found = found(&app, "legislativeInitiatives", "code", text).await;
        assert!(found.contains(&"SME_AI_ACT".to_owned()), "{text}: {found:?}");
    }
    let institutions = async |text: &str| found(&app, "institutions", "code", text).await;
    for text in ["Petn", "PETNOW", "ｐｅｔｎ", "펫나우"] {
        assert_eq!(institutions(text).await, ["PETNOW"], "{text}");
    }
    for text in ["etnow", "now", "etn"] {
        assert_eq!(institutions(text).await, Vec::<String>::new(), "{text}");
    }
    // Latin words that are written in one or in two, and a syllable apart.
    let startup = found(&app, "statements", "id", "startup").await;
    assert!(!startup.is_empty());
    for text in ["start-up", "start up", "STARTUP"] {
        assert_eq!(found(&app, "statements", "id", text).await, startup, "{text}");
    }
    let apart = found(&app, "legislativeInitiatives", "code", "인공지능 기본 법").await;
    assert_eq!(found(&app, "legislativeInitiatives", "code", "인공지능 기본법").await, apart);
    assert!(!apart.is_empty());
    for text in ["중소벤처기업 진흥공단", "중소 벤처 기업 진흥 공단", "중소·벤처기업진흥공단"]
    {
        assert_eq!(institutions(text).await, ["KOSME"], "{text}");
    }
    // One syllable finds words that begin with it.
    assert!(institutions("펫").await.contains(&"PETNOW".to_owned()));
    assert!(!institutions("우").await.contains(&"PETNOW".to_owned()));
    for nothing in ["\"·\"", "\"+ -\"", "\"\\u200B\""] {
        let query = format!("{{ institutions(where: {{ search: {nothing} }}) {{ totalCount }} }}");
        assert_eq!(app.refusal(&query).await, "BAD_USER_INPUT", "{nothing}");
    }
}

async fn a_list_is_found_by_the_names_of_what_it_hangs_on(place: Place) {
    let app = place.app().await;
    // Whatever leads somewhere by a filter is found by the names of what is there.
    for (list, code, filter, name) in [
        ("statements", "id", "institution: { code: { eq: \"PETNOW\" } }", "펫나우"),
        ("statements", "id", "institution: { code: { eq: \"MSS\" } }", "중소 벤처기업부"),
        ("statements", "id", "institution: { code: { eq: \"MSS\" } }", "mss"),
        ("attendances", "id", "institution: { code: { eq: \"TIPA\" } }", "기술정보진흥원"),
        ("recommendations", "code", "addressee: { code: { eq: \"OPC\" } }", "국무조정실"),
        ("meetings", "code", "venues: { some: { name: { contains: \"오스코\" } } }", "오스코"),
        (
            "meetings",
            "code",
            "venues: { some: { address: { contains: \"한남대로\" } } }",
            "한남대로",
        ),
        ("bills", "number", "initiative: { code: { eq: \"SME_AI_ACT\" } }", "활용·확산촉진법"),
        (
            "documents",
            "code",
            "authors: { some: { person: { code: { eq: \"KIM_SUJIN\" } } } }",
            "김수진",
        ),
        ("documents", "code", "publisher: { code: { eq: \"SEOUL\" } }", "서울특별시"),
        ("memberships", "id", "institution: { code: { eq: \"PETNOW\" } }", "Petnow"),
        ("adoptionCases", "code", "region: { code: { eq: \"KR-11\" } }", "서울시"),
        ("adoptionCases", "code", "region: { code: { eq: \"KR-26\" } }", "부산광역시"),
        ("adoptionCases", "code", "industry: { code: { eq: \"10\" } }", "식료품"),
        (
            "meetings",
            "code",
            "attendance: { some: { institution: { name: { ko: { eq: \"기술보증기금\" } } } } }",
            "기술보증 기금",
        ),
    ] {
        let query =
            format!("{{ {list}(first: 100, where: {{ {filter} }}) {{ nodes {{ {code} }} }} }}");
        let wanted = app.data(&query).await[list]["nodes"].clone();
        let by_name = found(&app, list, code, name).await;
        let wanted = wanted.as_array().unwrap();
        assert!(!wanted.is_empty(), "{query}");
        for row in wanted {
            let row = row[code].as_str().unwrap().to_owned();
            assert!(by_name.contains(&row), "{list} by {name}: {row} is not in {by_name:?}");
        }
    }
    // Each word may stand in the text or in a name.
    let query = "{ statements(first: 100) { nodes { id summary { ko } speaker { ... on Person { name { ko } } } } } }";
    let all = app.data(query).await["statements"]["nodes"].clone();
    let spoken =
        all.as_array().unwrap().iter().find(|one| one["speaker"]["name"]["ko"].is_string());
    let spoken = spoken.unwrap();
    let name = spoken["speaker"]["name"]["ko"].as_str().unwrap();
    let words: Vec<&str> = spoken["summary"]["ko"].as_str().unwrap().split(' ').take(2).collect();
    let both = format!("{} {name}", words.join(" "));
    let id = spoken["id"].as_str().unwrap().to_owned();
    assert!(found(&app, "statements", "id", &both).await.contains(&id), "{both}");
    // A name that the caller may not see finds nothing.
    app.sql(&format!("UPDATE person SET visibility = 'INTERNAL' WHERE name_ko = '{name}'")).await;
    assert!(!found(&app, "statements", "id", &both).await.contains(&id), "{both}");
    app.sql("UPDATE venue SET visibility = 'INTERNAL'").await;
    assert_eq!(found(&app, "meetings", "code", "한남대로").await, Vec::<String>::new());
}

async fn names_come_before_texts_on_every_page(place: Place) {
    let app = place.app().await;
    for (text, first) in [
        ("중소벤처기업부", "중소벤처기업부"),
        ("중소벤처 기업부", "중소벤처기업부"),
        ("tipa", "중소기업기술정보진흥원"),
        ("서울", "서울특별시"),
        ("seoul", "서울특별시"),
        ("hub", "서울 AI 허브"),
    ] {
        let pages = async |args: &str| {
            let query = format!(
                "query($text: String!) {{ search(text: $text, {args}) {{ edges {{ cursor node {{ id type title {{ ko en }} }} }} pageInfo {{ hasNextPage }} totalCount }} }}"
            );
            let answer = app.ask(&Principal::Anonymous, &query, json!({ "text": text })).await;
            assert!(answer.get("errors").is_none(), "{answer:#}");
            answer["data"]["search"].clone()
        };
        let all = pages("first: 100").await;
        let all = all["edges"].as_array().unwrap();
        assert_eq!(all[0]["node"]["title"]["ko"], first, "{text}");
        // Once names have ended there are only texts.
        let squeezed = |text: &Value| text.as_str().unwrap_or("").to_lowercase().replace(' ', "");
        let wanted = squeezed(&text.into());
        let in_name: Vec<bool> = all
            .iter()
            .map(|edge| &edge["node"])
            // What is all text has no name.
            .filter(|node| {
                !["Statement", "Conflict", "Claim"].contains(&node["type"].as_str().unwrap())
            })
            .map(|node| &node["title"])
            .map(|title| {
                squeezed(&title["ko"]).contains(&wanted) || squeezed(&title["en"]).contains(&wanted)
            })
            .collect();
        let last = in_name.iter().rposition(|is| *is).unwrap_or(0);
        let texts = in_name[..last].iter().filter(|is| !**is).count();
        assert!(
            texts <= 3,
            "{text}: only other names, which have no title of their own: {in_name:?}"
        );
        let text_at = all.iter().position(|edge| edge["node"]["type"] == "Statement");
        assert!(
            text_at.is_none_or(|at| at > last),
            "{text}: a whole summary is no name: {text_at:?} {in_name:?}"
        );
        // Pages of two give the same.
        let (mut one_by_one, mut after) = (Vec::new(), String::new());
        while one_by_one.len() < all.len() {
            let page = pages(&format!("first: 2{after}")).await;
            let edges = page["edges"].as_array().unwrap().clone();
            after = format!(", after: {}", edges.last().unwrap()["cursor"]);
            one_by_one.extend(edges);
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(&one_by_one[..all.len()], &all[..], "{text}");
    }
}

async fn an_index_of_another_folding_is_made_anew_once(place: Place) {
    let app = place.app().await;
    let results =
        async || app.data("{ search(text: \"진흥공단\", first: 100) { nodes { id } } }").await;
    let before = results().await;
    assert!(!before["search"]["nodes"].as_array().unwrap().is_empty());
    let grams = async || {
        let counted = Statement::from_string(
            app.db.get_database_backend(),
            "SELECT count(*) FROM search_gram".to_owned(),
        );
        let counted = app.db.query_one_raw(counted).await.unwrap().unwrap();
        counted.try_get_by_index::<i64>(0).unwrap()
    };
    let count = grams().await;
    // As an earlier release left it.
    app.sql("UPDATE search_document SET title = '', content = 'x'").await;
    app.sql("DELETE FROM search_gram WHERE gram <> '진흥'").await;
    app.sql("DELETE FROM data_set WHERE name = 'search index'").await;
    assert_eq!(results().await["search"]["nodes"], json!([]));
    search_index::refresh(&app.db).await.unwrap();
    assert_eq!(results().await, before, "the same results under the same ids");
    assert_eq!(grams().await, count);
    app.statements();
    search_index::refresh(&app.db).await.unwrap();
    assert_eq!(app.statements().len(), 1, "it is looked up, and left");
}

async fn codes_in_filters_and_arguments_are_read_as_people_have_them(place: Place) {
    let app = place.app().await;
    let ask = async |query: &str, text: &str| {
        let answer = app.ask(&Principal::Anonymous, query, json!({ "code": text })).await;
        assert!(answer.get("errors").is_none(), "{text}: {answer:#}");
        answer["data"]["it"].clone()
    };
    let region = "query($code: String!) { it: region(code: $code) { code } }";
    let regions =
        "query($code: String!) { it: regions(where: { code: { eq: $code } }) { nodes { code } } }";
    let cases = "query($code: String!) { it: adoptionCases(where: { region: { code: { in: [$code] } } }) { totalCount } }";
    let similar = "query($code: String!) { it: similarCases(to: { region: $code, ksic: \"C\" }, first: 5) { edges { score reasons node { code } } } }";
    for (kept, ways) in [
        (
            "KR-11",
            ["서울", "Seoul", "ｋｒ－１１", " kr11 ", "서울특별시\u{200B}", "\u{FEFF}서울시"],
        ),
        ("KR-42", ["강원도", "강원", "Gangwon-do", "강원특별자치도", "강원 특별자치도", "KR–42"]),
        ("KR-45", ["전라북도", "전북", "Jeonbuk", "전북특별자치도", "전북\u{AD}", "kr_45"]),
        (
            "KR-49",
            [
                "제주도",
                "제주",
                "JEJU",
                "제주특별자치도",
                "\u{110C}\u{1166}\u{110C}\u{116E}",
                "ＫＲ-49",
            ],
        ),
        ("KR-29", ["광주", "광주광역시", "Gwangju", "kr29", "광주\u{A0}광역시", "KR-29"]),
    ] {
        for way in ways {
            assert_eq!(ask(region, way).await, json!({ "code": kept }), "{way}");
            assert_eq!(ask(regions, way).await["nodes"], json!([{ "code": kept }]), "{way}");
            assert_eq!(ask(cases, way).await, ask(cases, kept).await, "{way}");
            assert_eq!(ask(similar, way).await, ask(similar, kept).await, "{way}");
        }
    }
    assert!(ask(cases, "부산").await["totalCount"].as_i64().unwrap() > 0);
    let industry = "query($code: String!) { it: industry(code: $code) { code } }";
    for (way, kept) in
        [("1", "01"), ("１", "01"), ("c", "C"), ("제조업", "C"), ("10\u{2060}", "10")]
    {
        assert_eq!(ask(industry, way).await, json!({ "code": kept }), "{way}");
    }
    let institution = "query($code: String!) { it: institution(code: $code) { code } }";
    let named = "query($code: String!) { it: institutions(where: { name: { ko: { eq: $code } } }) { nodes { code } } }";
    let part = "query($code: String!) { it: institutions(where: { name: { contains: $code } }) { nodes { code } } }";
    for way in ["tipa", "ＴＩＰＡ", " TIPA\u{200B}"] {
        assert_eq!(ask(institution, way).await, json!({ "code": "TIPA" }), "{way}");
    }
    let decomposed = "\u{110C}\u{116E}\u{11BC}\u{1109}\u{1169}벤처기업부";
    for query in [named, part] {
        assert_eq!(ask(query, decomposed).await["nodes"], json!([{ "code": "MSS" }]));
    }
    // A bare number names different regions in different schemes.
    for none in ["11", "50", "경북남도", "한국"] {
        let query = format!("{{ region(code: \"{none}\") {{ code }} }}");
        assert_eq!(app.refusal(&query).await, "NOT_FOUND", "{none}");
    }
    // Every field that says it holds a code does so of its own table.
    for ty in catalog().types() {
        for path in &ty.searches {
            let field = ty.find(path.split('.').next().unwrap());
            let leads =
                field.is_some_and(|field| matches!(field.kind, Kind::One { .. } | Kind::Many(_)));
            assert!(leads, "{} is searched by {path}", ty.name);
        }
    }
}

async fn codes_of_values_are_saved_as_they_are_kept(place: Place) {
    let world = World::new(&place).await;
    let values = json!([
        { "indicator": "ｃｏｍｐａｎｉｅｓ", "value": "3" },
        { "indicator": "지표 COMPANIES", "region": "서울", "size": "SMALL", "industry": "1", "value": "1" },
        { "indicator": "COMPANIES\u{FEFF}", "region": "강원도", "size": "SMALL_MERCHANT", "industry": "제조업", "value": "1" },
        { "indicator": "companies", "region": "Gyeonggi-do", "size": "MID_MARKET", "industry": "１０", "value": "1" },
        { "indicator": "BUDGET", "value": "1000" },
        { "indicator": "EXECUTED", "value": "500" },
    ]);
    world.save("KOSME", values.as_array().unwrap().clone()).await;
    let id = world.seen("KOSME").await.id;
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ values(first: 100) {{ nodes {{ cell }} }} }} }} }}"
    );
    let data = world.data(&world.kosme, &query).await;
    let nodes = data["node"]["values"]["nodes"].as_array().unwrap();
    let mut cells: Vec<&str> = nodes.iter().map(|node| node["cell"].as_str().unwrap()).collect();
    cells.sort_unstable();
    let kept = [
        "BUDGET",
        "COMPANIES",
        "COMPANIES/KR-11/SMALL/01",
        "COMPANIES/KR-41/MID_MARKET/10",
        "COMPANIES/KR-42/SMALL_MERCHANT/C",
        "EXECUTED",
    ];
    assert_eq!(cells, kept);
}

async fn a_region_that_is_not_of_the_quarter_tells_what_is(place: Place) {
    let world = World::new(&place).await;
    let told = async |region: &str| {
        let values = json!([{ "indicator": "COMPANIES", "region": region, "value": "1" }]);
        let input = world.seen("KOSME").await.input(json!({ "values": values }));
        let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
        let error = &refused["errors"][0];
        assert_eq!(error["code"], "UNKNOWN_REGION", "{region}: {refused:#}");
        assert_eq!(error["path"], json!(["input", "values", "0", "region"]));
        error["message"].as_str().unwrap().to_owned()
    };
    for gone in ["광주", "KR-29", "광주광역시", "Gwangju", "전남", "전라남도"] {
        let message = told(gone).await;
        for part in ["2026-06-30", "2026-07-01", "JEONNAM_GWANGJU"] {
            assert!(message.contains(part), "{gone}: {message}");
        }
    }
    // No other region is ever named: 경남 for 경북, Busan for 27.
    for none in ["KR-99", "KR-1", "KR-29x", "KR-111", "경남북도", "충남북", "강남", "26", "XX"]
    {
        let message = told(none).await;
        let named = message.replace(none, "");
        assert!(!named.contains("KR-") && !named.contains("Did you mean"), "{none}: {message}");
    }
}
