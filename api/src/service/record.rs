//! What the write path must know of each table: its name in the API, which policy governs it, which
//! columns are searched, which hold partial dates, which name other rows, and which never reach the
//! audit. To add a table: its entry here, below the tables it refers to.

use sea_orm::{ActiveModelBehavior, EntityTrait, IntoActiveModel, ModelTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::access::Object;
use crate::error::Error;

/// A table of facts, written through `service::write` only.
pub trait Record:
    EntityTrait<
        Model: Serialize + DeserializeOwned + IntoActiveModel<Self::ActiveModel> + ModelTrait,
        ActiveModel: ActiveModelBehavior + Send,
    >
{
    /// Name in the API.
    const TYPE: &'static str;
    /// What the policy calls it.
    const OBJECT: Object;
    /// Column of the institution that the row belongs to, where that decides who writes it.
    const OWNER: Option<&'static str> = None;
    /// Column of the natural code.
    const CODE: Option<&'static str>;
    /// Columns found by `search`; the first is the title's.
    const SEARCH: &'static [&'static str];
    /// Row under which a search finds it, if another: column and type.
    const SEARCH_AS: Option<(&'static str, &'static str)>;
    /// Columns of partial dates.
    const PARTIAL_DATES: &'static [&'static str];
    /// Columns that name rows of other tables: column and table.
    const REFERENCES: &'static [(&'static str, &'static str)];
    /// Columns that never reach the audit.
    const REDACTED: &'static [&'static str];
    /// Columns that follow from other rows; the write path keeps them, whatever a write says.
    const DERIVED: &'static [&'static str] = &[];
    /// Columns that came after fingerprints of the first rule were made (`service::write`), which are without them.
    const LATER: &'static [&'static str] = &[];
    /// Columns of periods.
    const PERIODS: &'static [&'static str] = &[];
}

/// A link table, written with the row it belongs to.
pub trait LinkRecord: EntityTrait<ActiveModel: ActiveModelBehavior + Send> {
    /// Its columns: that of the owner, that of the other row with its table.
    const REFERENCES: &'static [(&'static str, &'static str)];
}

/// Does something with a table whose name is known at run time.
pub trait Visit {
    /// What comes of it.
    type Output;

    /// With a table of facts.
    fn fact<R: Record>(&mut self) -> impl Future<Output = Result<Self::Output, Error>> + Send;

    /// With a link table.
    fn link<L: LinkRecord>(&mut self) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// Implements [`Record`] for each table, and a list of them that calls one generic function by name.
macro_rules! records {
    ($(
        $kind:ident $table:ident $($name:literal)? { $($body:tt)* }
    )*) => {
        $( records!(@ $kind $table $($name)? { $($body)* }); )*

        /// Tables in an order in which each stands below those it refers to.
        pub const TABLES: &[&str] = &[$( stringify!($table), )*];

        /// Columns of partial dates of the table of that name.
        pub fn partial_dates(table: &str) -> &'static [&'static str] {
            match table {
                $( stringify!($table) => records!(dates $kind $table), )*
                _ => &[],
            }
        }

        /// Visits the table of that name.
        ///
        /// # Errors
        /// Those of the visit; internal, if there is no such table.
        pub async fn visit<V: Visit + Send>(table: &str, visitor: &mut V) -> Result<V::Output, Error> {
            match table {
                $( stringify!($table) => records!(! visitor $kind $table), )*
                other => Err(Error::internal(format!("there is no table {other}"))),
            }
        }
    };
    (dates fact $table:ident) => { entity::$table::Entity::PARTIAL_DATES };
    (dates link $table:ident) => { &[] };
    (! $visitor:ident fact $table:ident) => { $visitor.fact::<entity::$table::Entity>().await };
    (! $visitor:ident link $table:ident) => { $visitor.link::<entity::$table::Entity>().await };
    (@ fact $table:ident $name:literal {
        object: $object:ident,
        $(owner: $owner:literal,)?
        code: $code:expr,
        search: [$($search:literal),*],
        search_as: $as:expr,
        partial_dates: [$($date:literal),*],
        references: [$($reference:expr),*],
        redacted: [$($redacted:literal),*],
        $(derived: [$($derived:literal),*],)?
        $(later: [$($later:literal),*],)?
        $(periods: [$($period:literal),*],)?
    }) => {
        impl Record for entity::$table::Entity {
            const TYPE: &'static str = $name;
            const OBJECT: Object = Object::$object;
            $(const OWNER: Option<&'static str> = Some($owner);)?
            const CODE: Option<&'static str> = $code;
            const SEARCH: &'static [&'static str] = &[$($search),*];
            const SEARCH_AS: Option<(&'static str, &'static str)> = $as;
            const PARTIAL_DATES: &'static [&'static str] = &[$($date),*];
            const REFERENCES: &'static [(&'static str, &'static str)] = &[$($reference),*];
            const REDACTED: &'static [&'static str] = &[$($redacted),*];
            $(const DERIVED: &'static [&'static str] = &[$($derived),*];)?
            $(const LATER: &'static [&'static str] = &[$($later),*];)?
            $(const PERIODS: &'static [&'static str] = &[$($period),*];)?
        }
    };
    (@ link $table:ident { references: [$($reference:expr),*] }) => {
        impl LinkRecord for entity::$table::Entity {
            const REFERENCES: &'static [(&'static str, &'static str)] = &[$($reference),*];
        }
    };
}

records! {
    fact topic "Topic" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en", "code"],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact region "Region" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en", "short_name", "code"],
        search_as: None,
        partial_dates: [],
        references: [("successor_id", "region")],
        redacted: [],
    }
    fact region_code "RegionCode" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("region_id", "region")],
        redacted: [],
    }
    fact institution "Institution" {
        object: Profile,
        code: Some("code"),
        search: ["name_ko", "name_en", "summary_ko", "summary_en", "code"],
        search_as: None,
        partial_dates: ["founded"],
        references: [("region_id", "region"), ("parent_id", "institution")],
        redacted: [],
    }
    fact api_client "ApiClient" {
        object: ApiClient,
        owner: "institution_id",
        code: Some("client_id"),
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("institution_id", "institution")],
        redacted: ["secret_hash", "previous_secret_hash"],
        later: ["disabled_by_owner", "secret_by_other"],
    }
    fact webhook "Webhook" {
        object: ApiClient,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("client_id", "api_client"), ("institution_id", "institution")],
        redacted: [],
    }
    fact reminder "Reminder" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("institution_id", "institution")],
        redacted: [],
    }
    fact institution_name "InstitutionName" {
        object: Profile,
        code: None,
        search: ["name_ko", "name_en"],
        search_as: Some(("institution_id", "Institution")),
        partial_dates: ["valid_from", "valid_to"],
        references: [("institution_id", "institution")],
        redacted: [],
    }
    fact institution_identifier "InstitutionIdentifier" {
        object: Profile,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("institution_id", "institution")],
        redacted: [],
    }
    fact person "Person" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en"],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact membership "Membership" {
        object: Profile,
        code: None,
        search: ["post_ko", "post_en", "unit_ko", "unit_en"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on", "observed_on"],
        references: [("person_id", "person"), ("institution_id", "institution"), ("department_id", "institution")],
        redacted: [],
    }
    fact contact_point "ContactPoint" {
        object: ContactPoint,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("person_id", "person"), ("institution_id", "institution")],
        redacted: ["value"],
    }
    fact activity "Activity" {
        object: Content,
        code: None,
        search: ["title_ko", "title_en", "summary_ko", "summary_en", "partner_ko", "partner_en"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on"],
        references: [("institution_id", "institution"), ("topic_id", "topic")],
        redacted: [],
    }
    fact document "Document" {
        object: Profile,
        owner: "publisher_id",
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en", "code"],
        search_as: None,
        partial_dates: ["published_on"],
        references: [("publisher_id", "institution")],
        redacted: [],
    }
    link document_topic { references: [("document_id", "document"), ("topic_id", "topic")] }
    fact document_title "DocumentTitle" {
        object: Content,
        code: None,
        search: ["title"],
        search_as: Some(("document_id", "Document")),
        partial_dates: [],
        references: [("document_id", "document")],
        redacted: [],
    }
    fact document_file "DocumentFile" {
        object: Profile,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("document_id", "document")],
        redacted: [],
    }
    fact document_author "DocumentAuthor" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("document_id", "document"), ("person_id", "person"), ("institution_id", "institution")],
        redacted: [],
    }
    fact body "Body" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en", "remit_ko", "remit_en"],
        search_as: None,
        partial_dates: ["operating_since"],
        references: [("host_id", "institution"), ("secretariat_id", "institution")],
        redacted: [],
    }
    link body_topic { references: [("body_id", "body"), ("topic_id", "topic")] }
    fact appointment "Appointment" {
        object: Content,
        code: None,
        search: ["group_label_ko", "group_label_en", "post_ko", "post_en", "expertise_ko", "expertise_en"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on"],
        references: [("body_id", "body"), ("person_id", "person"), ("institution_id", "institution")],
        redacted: [],
    }
    fact meeting_series "MeetingSeries" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en", "format_ko", "format_en"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on"],
        references: [("body_id", "body")],
        redacted: [],
    }
    fact missed_meeting "MissedMeeting" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("series_id", "meeting_series")],
        redacted: [],
        periods: ["period"],
    }
    fact meeting "Meeting" {
        object: Content,
        code: Some("code"),
        search: ["title_ko", "title_en", "purpose_ko", "purpose_en"],
        search_as: None,
        partial_dates: ["held_on", "originally_on"],
        references: [("body_id", "body"), ("series_id", "meeting_series"), ("host_id", "institution")],
        redacted: [],
        later: ["note_ko", "note_en", "originally_on"],
        periods: ["covers_period"],
    }
    link meeting_topic { references: [("meeting_id", "meeting"), ("topic_id", "topic")] }
    fact venue "Venue" {
        object: Content,
        code: None,
        search: ["name_ko", "name_en", "room_ko", "room_en", "address_ko", "address_en"],
        search_as: None,
        partial_dates: [],
        references: [("meeting_id", "meeting"), ("region_id", "region")],
        redacted: [],
    }
    fact agenda_item "AgendaItem" {
        object: Content,
        code: None,
        search: ["title_ko", "title_en", "presenter_group_ko", "presenter_group_en"],
        search_as: None,
        partial_dates: [],
        references: [("meeting_id", "meeting"), ("presenter_id", "person"), ("presenter_institution_id", "institution")],
        redacted: [],
    }
    fact agenda_presenter "AgendaPresenter" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("agenda_item_id", "agenda_item"), ("person_id", "person"), ("institution_id", "institution")],
        redacted: [],
    }
    fact attendance "Attendance" {
        object: Content,
        code: None,
        search: ["group_label_ko", "group_label_en", "post_ko", "post_en"],
        search_as: None,
        partial_dates: [],
        references: [("meeting_id", "meeting"), ("person_id", "person"), ("institution_id", "institution"), ("on_behalf_of_id", "institution")],
        redacted: [],
    }
    fact statement "Statement" {
        object: Content,
        code: Some("code"),
        search: ["summary_ko", "summary_en", "speaker_group_ko", "speaker_group_en", "post_ko", "post_en"],
        search_as: None,
        partial_dates: ["made_on"],
        references: [("meeting_id", "meeting"), ("agenda_item_id", "agenda_item"), ("person_id", "person"), ("institution_id", "institution")],
        redacted: [],
    }
    link statement_topic { references: [("statement_id", "statement"), ("topic_id", "topic")] }
    fact meeting_document "MeetingDocument" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("meeting_id", "meeting"), ("document_id", "document")],
        redacted: [],
    }
    fact minutes "Minutes" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("meeting_id", "meeting"), ("document_id", "document")],
        redacted: [],
        later: ["text_ko", "text_en"],
    }
    fact policy_plan "PolicyPlan" {
        object: Content,
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on"],
        references: [("owner_id", "institution"), ("mandate_id", "policy_plan"), ("mandate_institution_id", "institution")],
        redacted: [],
    }
    link plan_topic { references: [("plan_id", "policy_plan"), ("topic_id", "topic")] }
    fact policy_task "PolicyTask" {
        object: Content,
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en"],
        search_as: None,
        partial_dates: ["due"],
        references: [("plan_id", "policy_plan"), ("owner_id", "institution"), ("topic_id", "topic")],
        redacted: [],
        later: ["support_ceiling"],
    }
    link task_topic { references: [("task_id", "policy_task"), ("topic_id", "topic")] }
    link task_region { references: [("task_id", "policy_task"), ("region_id", "region")] }
    fact milestone "Milestone" {
        object: Content,
        code: None,
        search: ["title_ko", "title_en"],
        search_as: None,
        partial_dates: ["due", "reached_on"],
        references: [("task_id", "policy_task")],
        redacted: [],
    }
    fact legislative_initiative "LegislativeInitiative" {
        object: Legislation,
        code: Some("code"),
        search: ["title_ko", "title_en", "purpose_ko", "purpose_en"],
        search_as: None,
        partial_dates: ["starts_on"],
        references: [("owner_id", "institution")],
        redacted: [],
    }
    fact initiative_title "InitiativeTitle" {
        object: Legislation,
        code: None,
        search: ["title_ko", "title_en"],
        search_as: Some(("initiative_id", "LegislativeInitiative")),
        partial_dates: ["valid_from", "valid_to"],
        references: [("initiative_id", "legislative_initiative")],
        redacted: [],
    }
    fact bill "Bill" {
        object: Legislation,
        code: Some("number"),
        search: ["title_ko", "title_en", "number", "proposer_ko", "proposer_en", "committee_ko", "committee_en"],
        search_as: None,
        partial_dates: ["proposed_on", "stage_since", "latest_event_on"],
        references: [("initiative_id", "legislative_initiative"), ("absorbed_into_id", "bill")],
        redacted: [],
        derived: ["stage", "stage_order", "stage_since", "stage_since_precision", "latest_event_on", "is_closed", "is_enacted"],
        later: ["source_id", "second_source_id"],
    }
    fact provision "Provision" {
        object: Legislation,
        code: None,
        search: ["title_ko", "title_en", "summary_ko", "summary_en"],
        search_as: None,
        partial_dates: [],
        references: [("bill_id", "bill")],
        redacted: [],
    }
    fact bill_event "BillEvent" {
        object: Legislation,
        code: None,
        search: ["raw_text", "note_ko", "note_en"],
        search_as: None,
        partial_dates: ["occurred_on"],
        references: [("bill_id", "bill"), ("institution_id", "institution"), ("corrects_id", "bill_event")],
        redacted: [],
        later: ["result", "source"],
    }
    fact industry "Industry" {
        object: Content,
        code: Some("code"),
        search: ["name_ko", "name_en", "code"],
        search_as: None,
        partial_dates: [],
        references: [("parent_id", "industry")],
        redacted: [],
    }
    link task_industry { references: [("task_id", "policy_task"), ("industry_id", "industry")] }
    fact adoption_case "AdoptionCase" {
        object: AdoptionCase,
        owner: "owner_id",
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en", "lessons_ko", "lessons_en"],
        search_as: None,
        partial_dates: ["started_on"],
        references: [("company_id", "institution"), ("region_id", "region"), ("industry_id", "industry"), ("supplier_id", "institution"), ("owner_id", "institution"), ("section_id", "industry"), ("shown_region_id", "region"), ("shown_industry_id", "industry"), ("shown_owner_id", "institution"), ("shown_supplier_id", "institution")],
        redacted: ["company_name"],
        derived: ["section_id", "shown_region_id", "shown_industry_id", "shown_owner_id", "shown_district", "shown_size", "shown_investment", "shown_public_support", "shown_supplier_id", "shown_supplier_name"],
        later: ["owner_id", "status_reason"],
    }
    fact case_barrier "CaseBarrier" {
        object: AdoptionCase,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("adoption_case_id", "adoption_case")],
        redacted: [],
    }
    fact case_technology "CaseTechnology" {
        object: AdoptionCase,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("adoption_case_id", "adoption_case")],
        redacted: [],
    }
    fact outcome "Outcome" {
        object: AdoptionCase,
        code: None,
        search: ["metric_ko", "metric_en"],
        search_as: None,
        partial_dates: ["measured_on"],
        references: [("adoption_case_id", "adoption_case"), ("document_id", "document")],
        redacted: [],
        later: ["evidence_note", "starts_on", "ends_on"],
    }
    fact case_requirement "CaseRequirement" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact barrier "Barrier" {
        object: Content,
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en", "regulation_ko", "regulation_en"],
        search_as: None,
        partial_dates: ["since"],
        references: [("topic_id", "topic"), ("meeting_id", "meeting"), ("statement_id", "statement"), ("institution_id", "institution")],
        redacted: [],
    }
    fact recommendation "Recommendation" {
        object: Recommendation,
        code: Some("code"),
        search: ["title_ko", "title_en", "summary_ko", "summary_en", "regulation_ko", "regulation_en", "raised_by_group_ko", "raised_by_group_en"],
        search_as: None,
        partial_dates: ["raised_on"],
        references: [("meeting_id", "meeting"), ("agenda_item_id", "agenda_item"), ("statement_id", "statement"), ("person_id", "person"), ("institution_id", "institution"), ("topic_id", "topic"), ("barrier_id", "barrier"), ("region_id", "region"), ("addressee_id", "institution"), ("plan_id", "policy_plan"), ("recorded_by_id", "institution"), ("evidence_id", "document")],
        redacted: [],
        later: ["recorded_by_id", "is_on_behalf", "evidence_note", "evidence_id", "delivery"],
    }
    fact recommendation_assignment "RecommendationAssignment" {
        object: Recommendation,
        code: None,
        search: [],
        search_as: None,
        partial_dates: ["assigned_on"],
        references: [("recommendation_id", "recommendation"), ("addressee_id", "institution")],
        redacted: [],
    }
    fact recommendation_answer "RecommendationAnswer" {
        object: Recommendation,
        code: None,
        search: ["reason_ko", "reason_en"],
        search_as: None,
        partial_dates: ["answered_on", "planned_on"],
        references: [("recommendation_id", "recommendation"), ("institution_id", "institution"), ("originator_id", "institution"), ("forwarded_to_id", "institution"), ("recorded_by_id", "institution"), ("evidence_id", "document")],
        redacted: [],
        later: ["rating_comment", "rated_on", "originator_id", "due_on", "forwarded_to_id", "recorded_by_id", "is_on_behalf", "evidence_note", "evidence_id"],
    }
    fact recommendation_delivery "RecommendationDelivery" {
        object: Recommendation,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("recommendation_id", "recommendation"), ("institution_id", "institution"), ("recorded_by_id", "institution"), ("evidence_id", "document")],
        redacted: [],
    }
    fact effect "Effect" {
        object: Recommendation,
        code: None,
        search: ["title_ko", "title_en"],
        search_as: None,
        partial_dates: ["occurred_on"],
        references: [("recommendation_id", "recommendation"), ("policy_task_id", "policy_task"), ("policy_plan_id", "policy_plan"), ("bill_id", "bill"), ("provision_id", "provision"), ("adoption_case_id", "adoption_case"), ("document_id", "document")],
        redacted: [],
    }
    fact recommendation_relation "RecommendationRelation" {
        object: Recommendation,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("recommendation_id", "recommendation"), ("other_id", "recommendation")],
        redacted: [],
    }
    fact opinion_round "OpinionRound" {
        object: Recommendation,
        code: Some("code"),
        search: ["title_ko", "title_en", "question_ko", "question_en", "result_ko", "result_en"],
        search_as: None,
        partial_dates: [],
        references: [("bill_id", "bill"), ("plan_id", "policy_plan"), ("host_id", "institution")],
        redacted: [],
    }
    fact opinion_invitation "OpinionInvitation" {
        object: Recommendation,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("round_id", "opinion_round"), ("institution_id", "institution")],
        redacted: [],
    }
    fact opinion_response "OpinionResponse" {
        object: Recommendation,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("round_id", "opinion_round"), ("institution_id", "institution"), ("provision_id", "provision"), ("recommendation_id", "recommendation"), ("recorded_by_id", "institution")],
        redacted: [],
    }
    fact observation "Observation" {
        object: Content,
        code: Some("code"),
        search: ["title_ko", "title_en", "value_text", "population_ko", "population_en", "source_name_ko", "source_name_en", "note_ko", "note_en"],
        search_as: None,
        partial_dates: ["period_start", "period_end"],
        references: [("institution_id", "institution"), ("body_id", "body"), ("meeting_id", "meeting"), ("topic_id", "topic"), ("region_id", "region"), ("plan_id", "policy_plan"), ("task_id", "policy_task")],
        redacted: [],
    }
    fact programme "Programme" {
        object: Programme,
        code: Some("code"),
        search: ["name_ko", "name_en", "summary_ko", "summary_en", "code"],
        search_as: None,
        partial_dates: ["starts_on", "ends_on"],
        references: [("operator_id", "institution")],
        redacted: [],
    }
    fact consideration "Consideration" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: ["considered_on"],
        references: [("initiative_id", "legislative_initiative"), ("bill_id", "bill"), ("plan_id", "policy_plan"), ("task_id", "policy_task"), ("programme_id", "programme"), ("adoption_case_id", "adoption_case"), ("body_id", "body"), ("institution_id", "institution"), ("meeting_id", "meeting"), ("agenda_item_id", "agenda_item")],
        redacted: [],
        later: ["programme_id", "adoption_case_id"],
    }
    fact indicator "Indicator" {
        object: Programme,
        code: None,
        search: ["name_ko", "name_en", "definition_ko", "definition_en", "code"],
        search_as: None,
        partial_dates: [],
        references: [("programme_id", "programme")],
        redacted: [],
        later: ["published_since"],
    }
    fact statistics_release "StatisticsRelease" {
        object: Programme,
        code: Some("code"),
        search: [],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact target "Target" {
        object: Programme,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("indicator_id", "indicator"), ("institution_id", "institution")],
        redacted: [],
    }
    fact validation_rule "ValidationRule" {
        object: Programme,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("programme_id", "programme")],
        redacted: [],
    }
    fact obligation "Obligation" {
        object: Programme,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("institution_id", "institution"), ("programme_id", "programme")],
        redacted: [],
    }
    fact holiday "Holiday" {
        object: Programme,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact reporting_period "ReportingPeriod" {
        object: Programme,
        code: Some("quarter"),
        search: [],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
    }
    fact submission "Submission" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("institution_id", "institution"), ("programme_id", "programme"), ("period_id", "reporting_period"), ("reviewed_by_institution_id", "institution"), ("accepted_by_institution_id", "institution")],
        redacted: [],
    }
    fact submission_revision "SubmissionRevision" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("submission_id", "submission"), ("institution_id", "institution"), ("accepted_by_institution_id", "institution")],
        redacted: [],
    }
    fact submission_comment "SubmissionComment" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("submission_id", "submission"), ("institution_id", "institution"), ("indicator_id", "indicator"), ("author_institution_id", "institution")],
        redacted: [],
    }
    fact extension "Extension" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("submission_id", "submission"), ("institution_id", "institution"), ("approved_by_institution_id", "institution")],
        redacted: [],
    }
    fact extension_request "ExtensionRequest" {
        object: Result,
        owner: "institution_id",
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("submission_id", "submission"), ("institution_id", "institution"), ("decided_by_institution_id", "institution")],
        redacted: [],
    }
    fact citation "Citation" {
        object: Content,
        code: None,
        search: [],
        search_as: None,
        partial_dates: [],
        references: [("document_id", "document")],
        redacted: [],
    }
    fact conflict "Conflict" {
        object: Content,
        code: None,
        search: ["summary_ko", "summary_en"],
        search_as: None,
        partial_dates: [],
        references: [],
        redacted: [],
        later: ["resolution_ko", "resolution_en", "resolved_at"],
    }
    fact claim "Claim" {
        object: Content,
        code: None,
        search: ["value_ko", "value_en"],
        search_as: None,
        partial_dates: [],
        references: [("conflict_id", "conflict"), ("document_id", "document")],
        redacted: [],
        later: ["is_upheld"],
    }
}
