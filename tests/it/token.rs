//! Attacks on the bearer token of `POST /graphql`, each a test of its own, and what must pass beside
//! them.
//!
//! The forger holds the server's own key, so that of each token only the one thing under attack is
//! wrong: a token that is refused for another reason than its attack proves nothing. The same app
//! takes the honest token, and the forger's token without the attack, in every test.

use crate::support::clients::{self, Changes, Issued};
use aiplus::auth::keys::{Key, KeyRing, rewrite};
use aiplus::domain::principal::{Author, Principal};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chrono::{Duration, Utc};
use entity::api_client;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::client::form;
use crate::support::{Place, TestApp};
use crate::tests;

/// Writes a test for each attack. An attack makes a token, or all values of the header
/// `Authorization`, or those with another address.
macro_rules! attacks {
    ([$($beside:ident),* $(,)?] $($name:ident: $attack:expr,)*) => {
        $(async fn $name(place: Place) {
            attack(place, $attack).await;
        })*
        tests![$($beside,)* $($name,)*];
    };
}

attacks! {
    [
        each_spelling_of_the_type_passes,
        each_spelling_of_the_scheme_passes,
        the_longest_token_passes_and_a_longer_one_does_not,
        clocks_may_differ_by_the_leeway,
        a_call_without_a_token_is_anonymous,
        other_ways_to_ask_refuse_a_bad_token_too,
        a_revoked_token_is_refused_at_once,
        a_disabled_client_is_refused_at_once,
        a_scope_that_was_taken_away_is_gone_at_once,
        a_token_never_says_more_than_its_client_may,
        a_key_rotated_away_is_refused_without_a_restart,
        a_broken_key_file_leaves_the_old_keys_good,
    ]

    // Algorithms: the key alone decides which one is checked.
    alg_none: |f| f.unsigned("none"),
    alg_none_capitalized: |f| f.unsigned("None"),
    alg_none_in_mixed_case: |f| f.unsigned("nOnE"),
    alg_none_over_a_good_signature: |f| f.head("alg", json!("none")),
    alg_empty: |f| f.head("alg", json!("")),
    alg_empty_unsigned: |f| f.unsigned(""),
    alg_missing: |f| f.headless("alg"),
    alg_number: |f| f.head("alg", json!(8)),
    alg_in_lower_case: |f| f.head("alg", json!("eddsa")),
    alg_rs256_over_an_eddsa_signature: |f| f.head("alg", json!("RS256")),
    alg_es256_over_an_eddsa_signature: |f| f.head("alg", json!("ES256")),
    alg_hs256_over_an_eddsa_signature: |f| f.head("alg", json!("HS256")),
    hs256_by_the_public_key: |f| f.hmac(Algorithm::HS256, &f.public_key()),
    hs256_by_the_published_x: |f| f.hmac(Algorithm::HS256, f.x().as_bytes()),
    hs256_by_the_public_key_in_der: |f| f.hmac(Algorithm::HS256, &f.public_der()),
    hs256_by_the_public_key_in_pem: |f| f.hmac(Algorithm::HS256, f.public_pem().as_bytes()),
    hs256_by_the_published_jwk: |f| f.hmac(Algorithm::HS256, f.jwk().to_string().as_bytes()),
    hs512_by_the_public_key: |f| f.hmac(Algorithm::HS512, &f.public_key()),
    hs256_by_an_empty_secret: |f| f.hmac(Algorithm::HS256, b""),
    hs384_by_an_empty_secret: |f| f.hmac(Algorithm::HS384, b""),
    hs512_by_an_empty_secret: |f| f.hmac(Algorithm::HS512, b""),
    hs256_by_the_kid: |f| f.hmac(Algorithm::HS256, f.kid().as_bytes()),

    // Signatures.
    payload_edited: |f| {
        let mut claims = f.claims();
        claims["scope"] = json!("program:read access:admin audit:read");
        f.with_part(1, &encoded(&claims))
    },
    header_edited: |f| {
        let spelled = json!({ "typ": "application/at+jwt", "alg": "EdDSA", "kid": f.kid() });
        f.with_part(0, &encoded(&spelled))
    },
    header_written_otherwise: |f| {
        // The same members with a space: what was signed is the text.
        f.with_part(0, &URL_SAFE_NO_PAD.encode(f.header().to_string().replace(':', ": ")))
    },
    signature_cut_by_a_sign: |f| f.honest[..f.honest.len() - 1].to_owned(),
    signature_cut_in_half: |f| f.honest[..f.honest.len() - 43].to_owned(),
    signature_empty: |f| f.with_part(2, ""),
    signature_of_zeros: |f| f.with_part(2, &URL_SAFE_NO_PAD.encode([0_u8; 64])),
    signature_with_one_bit_changed: |f| {
        let mut bytes = f.signature();
        bytes[40] ^= 1;
        f.with_part(2, &URL_SAFE_NO_PAD.encode(bytes))
    },
    signature_longer_by_a_byte: |f| {
        let mut bytes = f.signature();
        bytes.push(0);
        f.with_part(2, &URL_SAFE_NO_PAD.encode(bytes))
    },
    signature_in_another_spelling_of_its_last_bits: |f| {
        // The last sign carries two bits; what the other four say must be nothing.
        let mut text = f.honest.clone();
        let last = text.pop().unwrap();
        let signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = signs.find(last).unwrap();
        assert_eq!(at % 16, 0, "the four bits are 0 as they are made");
        format!("{text}{}", &signs[at + 1..at + 2])
    },
    signature_beyond_the_order_of_the_curve: |f| {
        // S + L verifies where S is not checked to be the smallest (RFC 8032 §5.1.7).
        let mut bytes = f.signature();
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0;
        for (byte, add) in bytes[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + add + carry;
            (*byte, carry) = ((sum % 256) as u8, sum / 256);
        }
        f.with_part(2, &URL_SAFE_NO_PAD.encode(bytes))
    },
    signature_of_another_key_under_our_kid: |f| {
        let other = Key::generate(Utc::now()).unwrap();
        signed_by(&other.private, Algorithm::EdDSA, &message(&f.header(), &f.claims()))
    },
    signature_of_another_token_of_ours: |f| {
        let mut claims = f.claims();
        claims["jti"] = json!("another");
        let other = f.sign(&f.header(), &claims);
        f.with_part(2, other.rsplit('.').next().unwrap())
    },
    es256_signature_of_another_key_under_our_kid: |f| {
        let mut head = f.header();
        head["alg"] = json!("ES256");
        signed_by(&p256(), Algorithm::ES256, &message(&head, &f.claims()))
    },

    // Times.
    expired: |f| f.times(json!(-1000), json!(-100)),
    expired_at_the_end_of_the_leeway: |f| f.times(json!(-900), json!(-30)),
    ends_before_it_was_made: |f| f.times(json!(10), json!(5)),
    ends_when_it_was_made: |f| f.times(json!(10), json!(10)),
    lives_a_second_too_long: |f| f.times(json!(0), json!(901)),
    lives_a_year: |f| f.times(json!(0), json!(31_536_000)),
    was_made_long_before: |f| f.times(json!(-86_400), json!(600)),
    made_in_the_future: |f| f.times(json!(600), json!(900)),
    not_yet: |f| f.claim("nbf", json!(Utc::now().timestamp() + 600)),
    nbf_text: |f| f.claim("nbf", json!("0")),
    exp_missing: |f| f.without("exp"),
    exp_null: |f| f.claim("exp", Value::Null),
    exp_text: |f| f.claim("exp", json!((Utc::now().timestamp() + 600).to_string())),
    exp_fraction: |f| f.claim("exp", json!(Utc::now().timestamp() as f64 + 600.5)),
    exp_whole_number_as_fraction: |f| f.claim("exp", json!(Utc::now().timestamp() as f64 + 600.)),
    exp_negative: |f| f.claim("exp", json!(-1)),
    exp_zero: |f| f.claim("exp", json!(0)),
    exp_list: |f| f.claim("exp", json!([Utc::now().timestamp() + 600])),
    exp_huge: |f| f.claim("exp", json!(i64::MAX)),
    exp_beyond_64_bits: |f| f.claim("exp", json!(u64::MAX)),
    exp_at_the_last_instant_there_is: |f| {
        f.claim("exp", json!(chrono::DateTime::<Utc>::MAX_UTC.timestamp()))
    },
    iat_missing: |f| f.without("iat"),
    iat_text: |f| f.claim("iat", json!("0")),
    iat_negative: |f| f.claim("iat", json!(-1)),
    iat_at_the_first_instant_there_is: |f| {
        f.claim("iat", json!(chrono::DateTime::<Utc>::MIN_UTC.timestamp()))
    },
    iat_huge: |f| f.claim("iat", json!(i64::MAX)),

    // For whom, and by whom.
    aud_missing: |f| f.without("aud"),
    aud_other: |f| f.claim("aud", json!("http://other.test/graphql")),
    aud_without_its_path: |f| f.claim("aud", json!("http://api.test")),
    aud_longer: |f| f.claim("aud", json!("http://api.test/graphql/")),
    aud_empty: |f| f.claim("aud", json!("")),
    aud_list: |f| f.claim("aud", json!(["http://api.test/graphql"])),
    aud_list_of_others_as_well: |f| {
        f.claim("aud", json!(["http://other.test", "http://api.test/graphql"]))
    },
    iss_missing: |f| f.without("iss"),
    iss_other: |f| f.claim("iss", json!("http://other.test")),
    iss_with_a_slash: |f| f.claim("iss", json!("http://api.test/")),
    iss_in_other_case: |f| f.claim("iss", json!("http://API.test")),
    iss_list: |f| f.claim("iss", json!(["http://api.test"])),
    iss_of_an_outside_issuer_that_is_not_configured: |f| {
        f.claim("iss", json!("https://login.example.go.kr"))
    },

    // The other claims.
    sub_missing: |f| f.without("sub"),
    sub_other_than_client_id: |f| f.claim("sub", json!("tipa-0000000000000000")),
    client_id_missing: |f| f.without("client_id"),
    client_id_other_than_sub: |f| f.claim("client_id", json!("tipa-0000000000000000")),
    client_id_unknown: |f| {
        f.token(|claims| {
            claims["sub"] = json!("tipa-0000000000000000");
            claims["client_id"] = json!("tipa-0000000000000000");
        })
    },
    client_id_in_capitals: |f| {
        let shouted = f.client.client_id.to_uppercase();
        f.token(|claims| {
            claims["sub"] = json!(shouted);
            claims["client_id"] = json!(shouted);
        })
    },
    jti_missing: |f| f.without("jti"),
    jti_empty: |f| f.claim("jti", json!("")),
    jti_number: |f| f.claim("jti", json!(1)),
    scope_missing: |f| f.without("scope"),
    scope_list: |f| f.claim("scope", json!(["program:read"])),
    institution_missing: |f| f.without("institution"),
    exp_twice: |f| f.doubled("exp", json!(Utc::now().timestamp() - 1000)),
    client_id_twice: |f| f.doubled("client_id", json!("tipa-0000000000000000")),
    aud_twice: |f| f.doubled("aud", json!("http://other.test/graphql")),
    scope_twice: |f| f.doubled("scope", json!("audit:read")),

    // The type.
    typ_missing: |f| f.headless("typ"),
    typ_jwt: |f| f.head("typ", json!("JWT")),
    typ_other: |f| f.head("typ", json!("logout+jwt")),
    typ_longer: |f| f.head("typ", json!("at+jwt+x")),
    typ_under_another_tree: |f| f.head("typ", json!("text/at+jwt")),
    typ_empty: |f| f.head("typ", json!("")),
    typ_list: |f| f.head("typ", json!(["at+jwt"])),

    // The key's name.
    kid_missing: |f| f.headless("kid"),
    kid_unknown: |f| f.head("kid", json!("unknown")),
    kid_path: |f| f.head("kid", json!("../../dev/null")),
    kid_path_to_an_empty_secret: |f| {
        let head = json!({ "typ": "at+jwt", "alg": "HS256", "kid": "../../dev/null" });
        let empty = EncodingKey::from_secret(b"");
        signed_by(&empty, Algorithm::HS256, &message(&head, &f.claims()))
    },
    kid_sql_quote: |f| f.head("kid", json!(format!("{}' OR '1'='1", f.kid()))),
    kid_empty: |f| f.head("kid", json!("")),
    kid_null: |f| f.head("kid", Value::Null),
    kid_number: |f| f.head("kid", json!(0)),
    kid_list: |f| f.head("kid", json!([f.kid()])),
    kid_very_long: |f| f.head("kid", json!("k".repeat(2500))),
    kid_in_other_case: |f| f.head("kid", json!(swapped_case(&f.kid()))),
    kid_twice: |f| {
        let head = format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"x","kid":"{}"}}"#, f.kid());
        f.signed_text(&head, &f.claims().to_string())
    },
    alg_twice: |f| {
        let kid = f.kid();
        let head = format!(r#"{{"typ":"at+jwt","alg":"none","kid":"{kid}","alg":"EdDSA"}}"#);
        f.signed_text(&head, &f.claims().to_string())
    },

    // Members of the header that bring a key along or change what is checked.
    jku: |f| f.head("jku", json!("http://other.test/jwks.json")),
    x5u: |f| f.head("x5u", json!("http://other.test/chain.pem")),
    x5c: |f| f.head("x5c", json!(["MIIB"])),
    jwk_of_our_own: |f| f.head("jwk", f.jwk()),
    jwk_of_the_forger: |f| {
        let own = Key::generate(Utc::now()).unwrap();
        let mut head = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": own.kid });
        head["jwk"] = json!(own.jwk);
        signed_by(&own.private, Algorithm::EdDSA, &message(&head, &f.claims()))
    },
    jwk_of_the_forger_under_our_kid: |f| {
        let own = Key::generate(Utc::now()).unwrap();
        let mut head = f.header();
        head["jwk"] = json!(own.jwk);
        head["jwk"]["kid"] = json!(f.kid());
        signed_by(&own.private, Algorithm::EdDSA, &message(&head, &f.claims()))
    },
    key_of_the_forger_under_its_own_kid: |f| {
        let own = Key::generate(Utc::now()).unwrap();
        let head = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": own.kid });
        signed_by(&own.private, Algorithm::EdDSA, &message(&head, &f.claims()))
    },
    crit: |f| f.head("crit", json!(["exp"])),
    crit_empty: |f| f.head("crit", json!([])),
    b64: |f| f.head("b64", json!(true)),
    b64_off_over_a_plain_payload: |f| {
        let mut head = f.header();
        head["b64"] = json!(false);
        head["crit"] = json!(["b64"]);
        f.sign_message(&format!("{}.{}", encoded(&head), f.claims()))
    },
    zip: |f| f.head("zip", json!("DEF")),
    cty: |f| f.head("cty", json!("JWT")),

    // The form of a token.
    not_a_token: |_| "hello".to_owned(),
    dots_alone: |_| "..".to_owned(),
    header_not_json: |f| f.signed_text("hello", &f.claims().to_string()),
    header_list: |f| f.signed_text("[]", &f.claims().to_string()),
    header_null: |f| f.signed_text("null", &f.claims().to_string()),
    payload_not_json: |f| f.signed_text(&f.header().to_string(), "hello"),
    payload_list: |f| f.signed_text(&f.header().to_string(), &json!([f.claims()]).to_string()),
    payload_empty: |f| f.signed_text(&f.header().to_string(), ""),
    payload_with_more_behind_it: |f| {
        f.signed_text(&f.header().to_string(), &format!("{}{{}}", f.claims()))
    },
    payload_not_utf_8: |f| {
        let mut bytes = f.claims().to_string().replace("TIPA", "T?PA").into_bytes();
        let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
        bytes[at] = 0xff;
        f.sign_message(&format!("{}.{}", encoded(&f.header()), URL_SAFE_NO_PAD.encode(bytes)))
    },
    one_part: |f| f.part(1),
    two_parts: |f| format!("{}.{}", f.part(0), f.part(1)),
    four_parts: |f| format!("{}.{}", f.honest, f.part(2)),
    four_parts_the_last_empty: |f| format!("{}.", f.honest),
    five_parts_of_an_encrypted_token: |f| {
        let head = json!({ "alg": "dir", "enc": "A256GCM", "typ": "at+jwt", "kid": f.kid() });
        format!("{}..{}.{}.{}", encoded(&head), "AAAAAAAAAAAAAAAA", f.part(1), f.part(2))
    },
    a_token_in_a_token: |f| f.signed_text(&f.header().to_string(), &json!(f.honest).to_string()),
    json_serialization: |f| {
        let parts = json!({
            "protected": f.part(0), "payload": f.part(1), "signature": f.part(2)
        });
        parts.to_string()
    },
    padding_in_the_header: |f| {
        let head = URL_SAFE.encode(padded(&f.header().to_string()));
        assert!(head.ends_with('='));
        f.sign_message(&format!("{head}.{}", encoded(&f.claims())))
    },
    padding_in_the_payload: |f| {
        let payload = URL_SAFE.encode(padded(&f.claims().to_string()));
        assert!(payload.ends_with('='));
        f.sign_message(&format!("{}.{payload}", encoded(&f.header())))
    },
    padding_in_the_signature: |f| f.with_part(2, &URL_SAFE.encode(f.signature())),
    standard_alphabet_in_the_payload: |f| {
        let mut claims = f.claims();
        claims["note"] = json!("??????>>>>>>");
        let payload = STANDARD_NO_PAD.encode(claims.to_string());
        assert!(payload.contains(['+', '/']));
        f.sign_message(&format!("{}.{payload}", encoded(&f.header())))
    },
    standard_alphabet_in_the_signature: |f| {
        // Of 86 random signs one is a `-` or `_` most of the time.
        let mut count = 0;
        let token = loop {
            let token = f.claim("jti", json!(format!("token {count}")));
            if token.rsplit('.').next().unwrap().contains(['-', '_']) {
                break token;
            }
            count += 1;
        };
        let (message, signature) = token.rsplit_once('.').unwrap();
        format!("{message}.{}", signature.replace('-', "+").replace('_', "/"))
    },
    space_in_the_token: |f| f.honest.replacen('.', " .", 1),
    space_before_and_behind: |f| format!("  {} ", f.honest),
    tab_behind: |f| format!("{}\t", f.honest),
    quoted: |f| format!("\"{}\"", f.honest),
    in_percent_encoding: |f| f.honest.replacen('.', "%2E", 1),
    letters_beyond_ascii: |f| format!("{}é", f.honest),
    longer_than_tokens_may_be: |f| {
        let token = f.claim("note", json!("n".repeat(4000)));
        assert!(token.len() > 4096);
        token
    },

    // The header `Authorization`.
    two_headers_good_and_bad: |f| vec![bearer(&f.honest), bearer("hello")],
    two_headers_bad_and_good: |f| vec![bearer("hello"), bearer(&f.honest)],
    two_headers_good_and_good: |f| vec![bearer(&f.honest), bearer(&f.honest)],
    two_headers_basic_and_good: |f| vec![f.basic(), bearer(&f.honest)],
    two_headers_empty_and_good: |f| vec![String::new(), bearer(&f.honest)],
    basic: |f| vec![f.basic()],
    basic_with_the_token: |f| {
        vec![format!("Basic {}", STANDARD.encode(format!("{}:", f.honest)))]
    },
    scheme_other: |f| vec![format!("DPoP {}", f.honest)],
    scheme_missing: |f| vec![f.honest.clone()],
    scheme_twice: |f| vec![format!("Bearer {}", bearer(&f.honest))],
    scheme_with_a_colon: |f| vec![format!("Bearer: {}", f.honest)],
    scheme_with_a_tab: |f| vec![format!("Bearer\t{}", f.honest)],
    bearer_without_token: |_| vec!["Bearer".to_owned()],
    bearer_and_a_space: |_| vec!["Bearer ".to_owned()],
    header_empty: |_| vec![String::new()],
    tokens_joined_by_a_comma: |f| vec![format!("{0}, {0}", bearer(&f.honest))],
    tokens_joined_without_a_space: |f| vec![format!("Bearer {0},{0}", f.honest)],

    // The address.
    token_in_the_query_string: |f| (format!("/graphql?access_token={}", f.honest), Vec::new()),
    token_in_the_query_string_and_in_the_header: |f| {
        (format!("/graphql?access_token={}", f.honest), vec![bearer(&f.honest)])
    },
    token_in_the_query_string_under_an_encoded_name: |f| {
        (format!("/graphql?a=1&access%5Ftoken={}", f.honest), Vec::new())
    },
    credentials_in_the_query_string: |f| {
        (format!("/graphql?authorization=Bearer%20{}", f.honest), Vec::new())
    },
}

/// All that every refused token hears.
const REFUSED: &str = "The access token is not valid. Get a new one from /oauth/token.";

/// What a call brings along.
struct Given {
    path: String,
    authorization: Vec<String>,
}

impl From<String> for Given {
    fn from(token: String) -> Self {
        vec![bearer(&token)].into()
    }
}

impl From<Vec<String>> for Given {
    fn from(authorization: Vec<String>) -> Self {
        ("/graphql".to_owned(), authorization).into()
    }
}

impl From<(String, Vec<String>)> for Given {
    fn from((path, authorization): (String, Vec<String>)) -> Self {
        Self { path, authorization }
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encoded(header), encoded(claims))
}

fn signed_by(key: &EncodingKey, algorithm: Algorithm, message: &str) -> String {
    format!("{message}.{}", crypto::sign(message.as_bytes(), key, algorithm).unwrap())
}

/// The text with spaces at its end, so that its Base64 needs padding.
fn padded(text: &str) -> String {
    format!("{text}{}", " ".repeat(3 - (text.len() + 2) % 3))
}

fn swapped_case(text: &str) -> String {
    let swap = |sign: char| match sign.is_ascii_uppercase() {
        true => sign.to_ascii_lowercase(),
        false => sign.to_ascii_uppercase(),
    };
    text.chars().map(swap).collect()
}

/// A new ECDSA key.
fn p256() -> EncodingKey {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EncodingKey::from_ec_der(made.as_ref())
}

static SYSTEM: Principal = Principal::System;

fn system() -> Author<'static> {
    Author { principal: &SYSTEM, request_id: "test", address: None, now: Utc::now() }
}

/// Makes tokens that are good but for one thing.
struct Forge {
    app: TestApp,
    router: Router,
    client: Issued,
    /// A token as the client gets it.
    honest: String,
    ring: KeyRing,
}

impl Forge {
    async fn new(place: Place) -> Self {
        let app = place.app().await;
        let client = app.client("TIPA", "program:read access:admin").await;
        let honest = app.token(&client).await;
        let ring = ring(&app);
        Self { router: app.router(), app, client, honest, ring }
    }

    fn key(&self) -> &Key {
        self.ring.signing(Utc::now()).unwrap()
    }

    fn kid(&self) -> String {
        self.key().kid.clone()
    }

    /// The published key.
    fn jwk(&self) -> Value {
        serde_json::to_value(&self.key().jwk).unwrap()
    }

    fn x(&self) -> String {
        self.jwk()["x"].as_str().unwrap().to_owned()
    }

    fn public_key(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(self.x()).unwrap()
    }

    /// The public key as others write it (RFC 8410 §4).
    fn public_der(&self) -> Vec<u8> {
        let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        [&head[..], &self.public_key()].concat()
    }

    fn public_pem(&self) -> String {
        pem::encode(&pem::Pem::new("PUBLIC KEY", self.public_der()))
    }

    fn part(&self, at: usize) -> String {
        self.honest.split('.').nth(at).unwrap().to_owned()
    }

    /// The honest token with another part.
    fn with_part(&self, at: usize, part: &str) -> String {
        let mut parts: Vec<&str> = self.honest.split('.').collect();
        assert_ne!(parts[at], part, "the attack changes something");
        parts[at] = part;
        parts.join(".")
    }

    fn signature(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(self.part(2)).unwrap()
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.kid() })
    }

    /// The claims of the honest token.
    fn claims(&self) -> Value {
        let payload = URL_SAFE_NO_PAD.decode(self.part(1)).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }

    /// Signs whatever it is given.
    fn sign_message(&self, message: &str) -> String {
        signed_by(&self.key().private, Algorithm::EdDSA, message)
    }

    fn signed_text(&self, header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        self.sign_message(&format!("{}.{}", encode(header), encode(claims)))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_message(&message(header, claims))
    }

    /// A token with other claims.
    fn token(&self, edit: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        edit(&mut claims);
        assert_ne!(claims, self.claims(), "the attack changes something");
        self.sign(&self.header(), &claims)
    }

    fn claim(&self, name: &str, value: Value) -> String {
        self.token(|claims| claims[name] = value)
    }

    fn without(&self, name: &str) -> String {
        self.token(|claims| {
            claims.as_object_mut().unwrap().remove(name).unwrap();
        })
    }

    /// A token with a claim that stands twice, first with another value, then with its own.
    fn doubled(&self, name: &str, first: Value) -> String {
        let claims = self.claims().to_string();
        let text = format!("{{\"{name}\":{first},{}", &claims[1..]);
        self.signed_text(&self.header().to_string(), &text)
    }

    /// A token made and ended so many seconds from now.
    fn times(&self, iat: Value, exp: Value) -> String {
        let now = Utc::now().timestamp();
        self.token(|claims| {
            claims["iat"] = json!(now + iat.as_i64().unwrap());
            claims["exp"] = json!(now + exp.as_i64().unwrap());
        })
    }

    /// A token with another member of the header.
    fn head(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        assert_ne!(header, self.header(), "the attack changes something");
        self.sign(&header, &self.claims())
    }

    fn headless(&self, name: &str) -> String {
        let mut header = self.header();
        header.as_object_mut().unwrap().remove(name).unwrap();
        self.sign(&header, &self.claims())
    }

    fn unsigned(&self, algorithm: &str) -> String {
        let mut header = self.header();
        header["alg"] = json!(algorithm);
        format!("{}.", message(&header, &self.claims()))
    }

    fn hmac(&self, algorithm: Algorithm, secret: &[u8]) -> String {
        let mut header = self.header();
        header["alg"] = json!(algorithm);
        let key = EncodingKey::from_secret(secret);
        signed_by(&key, algorithm, &message(&header, &self.claims()))
    }

    /// The client's secret, which is right where a token is asked for, and nowhere else.
    fn basic(&self) -> String {
        let secret = self.client.secret.as_deref().unwrap();
        format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.client.client_id)))
    }

    async fn send(&self, given: &Given, query: &str) -> Answer {
        let mut request = Request::post(&given.path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(header::ACCEPT_LANGUAGE, "en");
        for value in &given.authorization {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.header(header::AUTHORIZATION, value);
        }
        let body = json!({ "query": query }).to_string();
        self.answer(request.body(Body::from(body)).unwrap()).await
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A write that the honest token may do, new each time.
    fn write() -> String {
        let key = uuid::Uuid::new_v4();
        format!(
            "mutation {{ createApiClient(input: {{ institution: \"TIPA\", name: \"새 클라이언트\", \
             scopes: [\"program:read\"], idempotencyKey: \"{key}\" }}) \
             {{ apiClient {{ clientId }} errors {{ code }} }} }}"
        )
    }

    async fn clients(&self) -> u64 {
        api_client::Entity::find().count(&self.app.db).await.unwrap()
    }

    /// The call must be turned away, without a word about why, and do nothing.
    async fn refused(&self, given: impl Into<Given>) {
        let given = given.into();
        let shown = format!("{} {:?}", given.path, given.authorization);
        let clients = self.clients().await;
        let answer = self.send(&given, &Self::write()).await;
        self.is_refusal(&answer, &shown);
        assert_eq!(self.clients().await, clients, "nothing was done: {shown}");
    }

    fn is_refusal(&self, answer: &Answer, shown: &str) {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{shown} {}", answer.body);
        let challenges: Vec<_> = answer.headers.get_all(header::WWW_AUTHENTICATE).iter().collect();
        let [challenge] = challenges[..] else { panic!("{shown} {challenges:?}") };
        let challenge = challenge.to_str().unwrap();
        assert!(challenge.starts_with("Bearer "), "{shown} {challenge}");
        assert!(challenge.contains("error=\"invalid_token\""), "{shown} {challenge}");
        assert!(!challenge.contains("error_description"), "{shown} {challenge}");
        // The whole body: no data, no token, no reason.
        let extensions = json!({ "code": "UNAUTHENTICATED" });
        let expected = json!({ "errors": [{ "message": REFUSED, "extensions": extensions }] });
        assert_eq!(answer.json(), expected, "{shown}");
        let headers = format!("{:?}", answer.headers);
        for part in self.honest.split('.') {
            assert!(!headers.contains(part), "{shown} {headers}");
        }
    }

    /// The viewer of a call that must pass.
    async fn viewer(&self, given: impl Into<Given>) -> Value {
        let given = given.into();
        let query = "{ viewer { kind clientId institution { code } scopes } }";
        let answer = self.send(&given, query).await;
        let shown = format!("{:?} {}", given.authorization, answer.body);
        assert_eq!(answer.status, StatusCode::OK, "{shown}");
        assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE), "{shown}");
        let body = answer.json();
        assert!(body.get("errors").is_none(), "{shown}");
        body["data"]["viewer"].clone()
    }

    /// The client's viewer.
    async fn passes(&self, given: impl Into<Given>) {
        let viewer = self.viewer(given).await;
        assert_eq!(viewer["kind"], "CLIENT");
        assert_eq!(viewer["clientId"], *self.client.client_id);
    }

    /// The same call with the honest token passes, and so does a token of the forger's without an
    /// attack.
    async fn control(&self) {
        self.passes(self.honest.clone()).await;
        let mut claims = self.claims();
        claims["jti"] = json!(uuid::Uuid::new_v4());
        self.passes(self.sign(&self.header(), &claims)).await;
        let clients = self.clients().await;
        let answer = self.send(&self.honest.clone().into(), &Self::write()).await;
        assert_eq!(
            answer.json()["data"]["createApiClient"]["errors"],
            json!([]),
            "{}",
            answer.body
        );
        assert_eq!(self.clients().await, clients + 1);
    }
}

fn ring(app: &TestApp) -> KeyRing {
    KeyRing::parse(&std::fs::read_to_string(app.key_file()).unwrap()).unwrap()
}

async fn attack<G: Into<Given>>(place: Place, make: impl FnOnce(&Forge) -> G) {
    let forge = Forge::new(place).await;
    let given: Given = make(&forge).into();
    forge.refused(given).await;
    // Afterwards, so that an attack that shuts the honest client out is seen as well.
    forge.control().await;
}

async fn each_spelling_of_the_type_passes(place: Place) {
    let forge = Forge::new(place).await;
    for typ in ["application/at+jwt", "AT+JWT", "Application/at+JWT"] {
        forge.passes(forge.head("typ", json!(typ))).await;
    }
}

async fn each_spelling_of_the_scheme_passes(place: Place) {
    let forge = Forge::new(place).await;
    for scheme in ["bearer", "BEARER", "Bearer "] {
        forge.passes(vec![format!("{scheme} {}", forge.honest)]).await;
    }
}

async fn the_longest_token_passes_and_a_longer_one_does_not(place: Place) {
    let forge = Forge::new(place).await;
    let with = |length: usize| forge.claim("note", json!("n".repeat(length)));
    let tokens = (2000..3000).map(with);
    let (fits, longer): (Vec<_>, Vec<_>) = tokens.partition(|token| token.len() <= 4096);
    // Base64 grows by one sign or two.
    assert!(fits.last().unwrap().len() >= 4095);
    assert!(longer[0].len() <= 4098);
    forge.passes(fits.last().unwrap().clone()).await;
    forge.refused(longer[0].clone()).await;
}

async fn clocks_may_differ_by_the_leeway(place: Place) {
    let forge = Forge::new(place).await;
    let now = Utc::now();
    let token = |iat: i64, nbf: i64, exp: i64| {
        forge.token(|claims| {
            claims["iat"] = json!(now.timestamp() + iat);
            claims["nbf"] = json!(now.timestamp() + nbf);
            claims["exp"] = json!(now.timestamp() + exp);
        })
    };
    let second = chrono::DateTime::from_timestamp(now.timestamp(), 0).unwrap();
    for (iat, nbf, exp, at, passes) in [
        (0, 0, 900, 0, true),
        (0, 0, 900, 929, true),
        (0, 0, 900, 930, false),
        (0, 0, 900, -30, true),
        (0, 0, 900, -31, false),
        (0, 100, 900, 70, true),
        (0, 100, 900, 69, false),
        (0, -100, 900, 0, true),
    ] {
        let token = token(iat, nbf, exp);
        let at_time = second + Duration::seconds(at);
        let taken = forge.app.app.access.authenticate(&forge.app.db, &token, at_time).await;
        assert_eq!(taken.is_ok(), passes, "{iat} {nbf} {exp} {at}");
    }
    // And by the clock of the server itself.
    forge.passes(forge.times(json!(-885), json!(-5))).await;
}

async fn a_call_without_a_token_is_anonymous(place: Place) {
    let forge = Forge::new(place).await;
    let viewer = forge.viewer(Vec::new()).await;
    assert_eq!(viewer["kind"], "ANONYMOUS");
    let clients = forge.clients().await;
    let answer = forge.send(&Vec::new().into(), &Forge::write()).await;
    let code = &answer.json()["errors"][0]["extensions"]["code"];
    assert_eq!(code, "UNAUTHENTICATED", "{}", answer.body);
    assert_eq!(forge.clients().await, clients);
}

async fn other_ways_to_ask_refuse_a_bad_token_too(place: Place) {
    let forge = Forge::new(place).await;
    let bad = bearer(&forge.unsigned("none"));
    for (accept, in_query) in [
        ("application/json", ""),
        ("application/graphql-response+json", ""),
        ("text/event-stream", ""),
        ("application/json", "&access_token=x"),
    ] {
        let mut request =
            Request::get(format!("/graphql?query=%7Bbodies%7BtotalCount%7D%7D{in_query}"))
                .header(header::ACCEPT, accept)
                .header(header::ACCEPT_LANGUAGE, "en");
        if in_query.is_empty() {
            request = request.header(header::AUTHORIZATION, &bad);
        }
        let answer = forge.answer(request.body(Body::empty()).unwrap()).await;
        forge.is_refusal(&answer, &format!("{accept} {in_query}"));
    }
    // Before anything is said about the body.
    let answer = forge
        .answer(
            Request::post("/graphql")
                .header(header::CONTENT_TYPE, "text/plain")
                .header(header::ACCEPT_LANGUAGE, "en")
                .header(header::AUTHORIZATION, &bad)
                .body(Body::from("hello"))
                .unwrap(),
        )
        .await;
    forge.is_refusal(&answer, "text/plain");
}

async fn a_revoked_token_is_refused_at_once(place: Place) {
    let mut forge = Forge::new(place).await;
    forge.control().await;
    let secret = forge.client.secret.clone().unwrap();
    let fields = format!(
        "client_id={}&client_secret={secret}&token={}",
        forge.client.client_id, forge.honest
    );
    let answer = forge.answer(form("/oauth/revoke", &fields)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    forge.refused(forge.honest.clone()).await;
    // Written anew, it is still the token of that name.
    forge.refused(forge.head("typ", json!("application/at+jwt"))).await;
    // Another token of the same client is not touched.
    forge.honest = forge.app.token(&forge.client).await;
    forge.control().await;
}

async fn a_disabled_client_is_refused_at_once(place: Place) {
    let mut forge = Forge::new(place).await;
    forge.control().await;
    let db = &forge.app.db;
    clients::disable(db, system(), forge.client.id, 1, Some("시험".into())).await.unwrap();
    forge.refused(forge.honest.clone()).await;
    // Another client of the same institution is not touched.
    forge.client = forge.app.client("TIPA", "program:read access:admin").await;
    forge.honest = forge.app.token(&forge.client).await;
    forge.control().await;
}

async fn a_scope_that_was_taken_away_is_gone_at_once(place: Place) {
    let forge = Forge::new(place).await;
    let scopes = forge.viewer(forge.honest.clone()).await["scopes"].clone();
    assert_eq!(scopes, json!(["program:read", "access:admin"]));
    forge.control().await;
    let changes = Changes {
        scopes: Some(vec!["program:read".into(), "audit:read".into()]),
        ..Changes::default()
    };
    clients::update(&forge.app.db, system(), forge.client.id, 1, changes).await.unwrap();
    // What was given to the client meanwhile is not in the token.
    let scopes = forge.viewer(forge.honest.clone()).await["scopes"].clone();
    assert_eq!(scopes, json!(["program:read"]));
    let clients = forge.clients().await;
    let answer = forge.send(&forge.honest.clone().into(), &Forge::write()).await;
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "FORBIDDEN", "{}", answer.body);
    assert_eq!(forge.clients().await, clients);
}

async fn a_token_never_says_more_than_its_client_may(place: Place) {
    let forge = Forge::new(place).await;
    // Even a token that was signed with the right key, by a server with a fault or a thief.
    let token = forge.token(|claims| {
        claims["scope"] = json!("program:read audit:read content:write everything");
        claims["institution"] = json!("MSS");
    });
    let viewer = forge.viewer(token).await;
    assert_eq!(viewer["scopes"], json!(["program:read"]));
    assert_eq!(viewer["institution"]["code"], "TIPA");
}

async fn a_key_rotated_away_is_refused_without_a_restart(place: Place) {
    let mut forge = Forge::new(place).await;
    forge.control().await;
    // As `aiplus keys rotate --now` does.
    let now = Utc::now();
    let fresh = rewrite(&forge.app.key_file(), |ring| ring.rotated(now, now, now)).unwrap();
    forge.refused(forge.honest.clone()).await;
    // The new key's name does not help the old key.
    let head = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": fresh.0[0].kid });
    forge.refused(forge.sign(&head, &forge.claims())).await;
    forge.ring = ring(&forge.app);
    assert_eq!(forge.ring.0.len(), 1);
    forge.honest = forge.app.token(&forge.client).await;
    forge.control().await;
}

async fn a_broken_key_file_leaves_the_old_keys_good(place: Place) {
    let mut forge = Forge::new(place).await;
    let file = forge.app.key_file();
    let good = std::fs::read_to_string(&file).unwrap();
    for broken in ["", "hello\n", &good[..good.len() / 2]] {
        std::fs::write(&file, broken).unwrap();
        forge.control().await;
        // Tokens are still made, with the key that is known.
        forge.honest = forge.app.token(&forge.client).await;
        forge.control().await;
        forge.refused(forge.unsigned("none")).await;
    }
    std::fs::remove_file(&file).unwrap();
    forge.control().await;
    // A whole file is taken over again.
    std::fs::write(&file, &good).unwrap();
    let now = Utc::now();
    rewrite(&file, |ring| ring.rotated(now, now, now)).unwrap();
    forge.refused(forge.honest.clone()).await;
    forge.ring = ring(&forge.app);
    forge.honest = forge.app.token(&forge.client).await;
    forge.control().await;
}
