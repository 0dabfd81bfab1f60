//! The schema: recorded in `schema.graphql`, described throughout, with names by convention.

use aiplus::graphql;
use serde_json::Value;

use crate::support::Place;
use crate::tests;

tests![
    the_recorded_schema_is_the_schema,
    everything_is_described,
    the_schema_stays_short_enough_to_read,
    names_tell_truth_values_days_and_instants,
    every_field_that_is_cited_is_one_of_its_row,
    null_is_asked_for_only_where_it_can_be,
    every_searched_type_can_be_asked_for,
    an_id_tells_its_type,
    every_list_has_the_order_of_its_last_writes,
];

async fn the_recorded_schema_is_the_schema(_: Place) {
    let recorded = include_str!("../../schema.graphql");
    if recorded != graphql::sdl() {
        let first = recorded
            .lines()
            .zip(graphql::sdl().lines().map(str::to_owned).collect::<Vec<_>>())
            .enumerate()
            .find(|(_, (old, new))| old != new);
        panic!(
            "schema.graphql has drifted (first difference: {first:?}); record it with: cargo run -- schema > schema.graphql"
        );
    }
}

/// Arguments that every list takes.
const PAGING: [&str; 6] = ["where", "orderBy", "first", "after", "last", "before"];

async fn everything_is_described(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ __schema { types { name kind description fields { name description args { name description } }
               inputFields { name description } enumValues { name description } } } }",
        )
        .await;
    let hangul = |text: &str| text.chars().any(|letter| ('가'..='힣').contains(&letter));
    let mut described = 0;
    let mut check = |place: String, item: &Value, korean: bool| {
        let text = item["description"].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{place} has no description");
        assert!(!korean || hangul(text), "{place} lacks its Korean term: {text}");
        described += 1;
    };
    let built_in = ["String", "Int", "Float", "Boolean", "ID"];
    for ty in data["__schema"]["types"].as_array().unwrap() {
        let name = ty["name"].as_str().unwrap();
        if name.starts_with("__") || built_in.contains(&name) {
            continue;
        }
        check(name.to_owned(), ty, true);
        for list in ["fields", "inputFields", "enumValues"] {
            for item in ty[list].as_array().into_iter().flatten() {
                let place = format!("{name}.{}", item["name"].as_str().unwrap());
                if list == "inputFields"
                    && name.ends_with("Filter")
                    && item["description"].is_null()
                {
                    continue; // Named after a field of the row, or an operator that a scalar's filter tells of.
                }
                check(place.clone(), item, true);
                for arg in item["args"].as_array().into_iter().flatten() {
                    let is_paging = PAGING.contains(&arg["name"].as_str().unwrap());
                    if is_paging && name != "Query" {
                        continue; // Told at the lists of the root.
                    }
                    check(format!("{place}({})", arg["name"].as_str().unwrap()), arg, true);
                }
            }
        }
    }
    assert!(described > 2500, "only {described} descriptions");
}

async fn names_tell_truth_values_days_and_instants(_: Place) {
    let schema = graphql::engine::validation_schema();
    let mut seen = 0;
    let mut check = |place: &str, name: &str, ty: &str| {
        let begins = |lead: &str| {
            name.strip_prefix(lead).is_some_and(|rest| rest.starts_with(char::is_uppercase))
        };
        let is_told = match ty {
            // Whether there is a thing: `hasPhoto`, and Relay's own `hasNextPage`.
            "Boolean" => begins("is") || begins("has"),
            "Date" | "PartialDate" => name.ends_with("On"),
            "DateTime" => name.ends_with("At"),
            _ => return,
        };
        assert!(is_told, "{place}.{name}: {ty}");
        seen += 1;
    };
    for place in schema.types.keys().filter(|place| !place.starts_with("__")) {
        for (name, field) in schema.get_object(place).iter().flat_map(|of| &of.fields) {
            if place != "Mutation" {
                check(place, name, field.ty.inner_named_type());
            }
        }
        for (name, field) in schema.get_input_object(place).iter().flat_map(|of| &of.fields) {
            let ty = field.ty.inner_named_type().as_str();
            let ty = ty.strip_prefix("Nullable").unwrap_or(ty).strip_suffix("Filter");
            if let Some(ty) = ty.filter(|_| place.ends_with("Filter")) {
                check(place, name, ty);
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

async fn every_field_that_is_cited_is_one_of_its_row(place: Place) {
    let app = place.app().await;
    let rows = |of: &str| format!("{{ {of} {{ nodes {{ field subject {{ __typename }} }} }} }}");
    let mut seen = 0;
    for list in [
        "documents(first: 100) { nodes { citedBy(first: 100, where: { field: { isNull: false } })",
        "conflicts",
    ] {
        let query = match list {
            "conflicts" => rows(list),
            nested => {
                format!("{{ {nested} {{ nodes {{ field subject {{ __typename }} }} }} }} }} }}")
            }
        };
        let data = app.data(&query).await;
        let mut stack = vec![&data];
        while let Some(value) = stack.pop() {
            match value {
                Value::Object(row) if row.contains_key("subject") => {
                    let ty = row["subject"]["__typename"].as_str().unwrap();
                    let field = row["field"].as_str().unwrap_or("id").split('.').next().unwrap();
                    let known = graphql::catalog().find(ty).unwrap();
                    assert!(known.find(field).is_some(), "{ty} has no field {field}");
                    seen += 1;
                }
                Value::Object(of) => stack.extend(of.values()),
                Value::Array(of) => stack.extend(of),
                _ => {}
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

async fn the_schema_stays_short_enough_to_read(_: Place) {
    let sdl = graphql::sdl();
    let is_payload = |line: &&str| line.starts_with("type ") && line.ends_with("Payload {");
    let is_statistic = |line: &&str| line.starts_with("type ") && line.ends_with("Statistics {");
    // What there was when the interface was settled, and what each mutation and statistic since may add.
    let since = sdl.lines().filter(is_payload).count() - 29
        + sdl.lines().filter(is_statistic).count().saturating_sub(8);
    // Releases of statistics with their cells, a bill's stages and the list of values came besides.
    let (bytes, most) = (sdl.len(), 360_000 + 2_500 * since);
    assert!(bytes <= most, "{bytes} bytes of {most}: say once what is said of each type again");
}

async fn null_is_asked_for_only_where_it_can_be(place: Place) {
    let app = place.app().await;
    for (query, is_known) in [
        ("{ meetings(where: { startsAt: { isNull: true } }) { totalCount } }", true),
        ("{ meetings(where: { purpose: { ko: { isNull: true } } }) { totalCount } }", false),
        ("{ meetings(where: { heldOn: { isNull: true } }) { totalCount } }", false),
        ("{ meetings(where: { title: { ko: { isNull: true } } }) { totalCount } }", false),
        ("{ meetings(where: { title: { en: { isNull: true } } }) { totalCount } }", true),
        ("{ bills(where: { proposerKind: { isNull: true } }) { totalCount } }", true),
        ("{ meetings(where: { status: { isNull: false } }) { totalCount } }", false),
    ] {
        let answer = app.query(query).await;
        assert_eq!(answer["errors"].is_null(), is_known, "{query}: {answer:#}");
    }
}

async fn every_searched_type_can_be_asked_for(place: Place) {
    let app = place.app().await;
    let data = app.data("{ __type(name: \"SearchType\") { enumValues { name } } }").await;
    let offered: Vec<String> = data["__type"]["enumValues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value["name"].as_str().unwrap().replace('_', "").to_lowercase())
        .collect();
    for ty in graphql::catalog().subjects(false).filter(|ty| ty.searchable) {
        assert!(
            offered.contains(&ty.name.to_lowercase())
                || ["InstitutionName", "InitiativeTitle", "DocumentTitle"].contains(&ty.name),
            "{} is searched but not offered",
            ty.name
        );
    }
}

async fn an_id_tells_its_type(_: Place) {
    let mut names = std::collections::HashMap::new();
    for ty in graphql::catalog().types().iter().filter(|ty| ty.is_node) {
        let other = names.insert(ty.tag, ty.name);
        assert_eq!(other, None, "{} bears the same tag", ty.name);
    }
}

async fn every_list_has_the_order_of_its_last_writes(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ __schema { queryType { fields { name type { name ofType { name } } args { name } } }
               types { name fields { name } enumValues { name } } } }",
        )
        .await;
    let types = data["__schema"]["types"].as_array().unwrap();
    let find = |name: &str| types.iter().find(|ty| ty["name"] == name);
    let has =
        |list: &Value, name: &str| list.as_array().unwrap().iter().any(|it| it["name"] == name);
    let mut seen = 0;
    for field in data["__schema"]["queryType"]["fields"].as_array().unwrap() {
        let ty = field["type"]["name"].as_str().or(field["type"]["ofType"]["name"].as_str());
        let Some(row) = ty.and_then(|ty| ty.strip_suffix("Connection")) else { continue };
        let Some(row_type) = find(row).filter(|ty| has(&ty["fields"], "updatedAt")) else {
            continue;
        };
        assert!(has(&field["args"], "orderBy"), "{}", field["name"]);
        let orders = find(&format!("{row}OrderField")).unwrap();
        assert!(has(&orders["enumValues"], "UPDATED_AT"), "{} {}", field["name"], row_type["name"]);
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
    for list in ["caseRequirements", "regions"] {
        let query = format!(
            "{{ {list}(first: 3, orderBy: [{{ field: UPDATED_AT, direction: DESC }}]) {{ nodes {{ id updatedAt }} }} }}"
        );
        let nodes = app.data(&query).await[list]["nodes"].clone();
        let instants: Vec<&str> =
            nodes.as_array().unwrap().iter().map(|it| it["updatedAt"].as_str().unwrap()).collect();
        assert!(instants.len() == 3 && instants.is_sorted_by(|one, next| one >= next), "{nodes:#}");
    }
}
