//! What is written of institutions and people: profiles, posts, seats, contact points.

use super::mutation::{ERRORS, Fields, Mutation, row, whole};
use crate::domain::access::{Needs, Object};
use crate::mutation;
use crate::service::people::contact::{self, AddContactPoint, RemoveContactPoint};
use crate::service::people::institution::{self, AmendInstitution, CreateInstitution};
use crate::service::people::merge::{self, MergeInstitutions};
use crate::service::people::person::{
    self, AmendMembership, AmendPerson, CreatePerson, RecordMembership, RemoveMembership,
};
use crate::service::people::seat::{self, AmendAppointment, Appoint, RemoveAppointment};

const WRITES: Needs = Needs::Write(Object::Content);

const INSTITUTION: Fields =
    &[("institution", "Institution", "기관. The institution; null if nothing was done."), ERRORS];
const MERGED: Fields = &[
    ("institution", "Institution", "기관. The institution that stays; null if nothing was done."),
    ERRORS,
];
const PERSON: Fields =
    &[("person", "Person", "인물. The person; null if nothing was done."), ERRORS];
const MEMBERSHIP: Fields =
    &[("membership", "Membership", "소속. The post; null if nothing was done."), ERRORS];
const APPOINTMENT: Fields =
    &[("appointment", "Appointment", "위촉. The seat; null if nothing was done."), ERRORS];
const CONTACT: Fields = &[
    (
        "contactPoint",
        "ContactPoint",
        "연락처. The contact point; null if nothing was done, or you do not read personal data.",
    ),
    ERRORS,
];
const REACHED: Fields = &[
    (
        "institution",
        "Institution",
        "기관. The institution that it reached; null if nothing was done.",
    ),
    ERRORS,
];

const HELD_IN: Fields = &[
    (
        "institution",
        "Institution",
        "기관. The institution in which it was; null if nothing was done.",
    ),
    ERRORS,
];
const SEATED_IN: Fields =
    &[("body", "Body", "협의체. The body in which it was; null if nothing was done."), ERRORS];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreateInstitution,
            WRITES,
            INSTITUTION,
            "기관 등록. Puts an institution on record.",
            |act, input| row("institution", institution::create(act, input).await)
        ),
        mutation!(
            AmendInstitution,
            Needs::OwnProfile,
            INSTITUTION,
            "기관 변경. Changes an institution's profile, names or register numbers.",
            |act, input| row("institution", institution::amend(act, input).await)
        ),
        mutation!(
            MergeInstitutions,
            WRITES,
            MERGED,
            "기관 통합. Merges an institution that was put on record twice into another: what names it names the other, its names and register numbers become the other's, and its code and id lead there. One that runs the programme, has handed in results or has active API clients is not merged, nor what would stand twice.",
            |act, input| row("institution", merge::merge(act, input).await)
        ),
        mutation!(
            CreatePerson,
            WRITES,
            PERSON,
            "인물 등록. Puts a person on record.",
            |act, input| row("person", person::create(act, input).await)
        ),
        mutation!(
            AmendPerson,
            WRITES,
            PERSON,
            "인물 변경. Changes a person's name, and whether everybody sees the person.",
            |act, input| row("person", person::amend(act, input).await)
        ),
        mutation!(
            RecordMembership,
            Needs::OwnProfile,
            MEMBERSHIP,
            "직위 등록. Records a person's post in an institution.",
            |act, input| row("membership", person::record(act, input).await)
        ),
        mutation!(
            AmendMembership,
            Needs::OwnProfile,
            MEMBERSHIP,
            "직위 변경. Changes a post, or ends it.",
            |act, input| row("membership", person::amend_post(act, input).await)
        ),
        mutation!(
            RemoveMembership,
            Needs::OwnProfile,
            HELD_IN,
            "직위 삭제. Takes a post off that was recorded by mistake.",
            |act, input| whole("institution", person::remove_post(act, input).await)
        ),
        mutation!(
            Appoint,
            WRITES,
            APPOINTMENT,
            "위촉. Gives a person, institution or group a seat in a body.",
            |act, input| row("appointment", seat::appoint(act, input).await)
        ),
        mutation!(
            AmendAppointment,
            WRITES,
            APPOINTMENT,
            "위촉 변경. Changes a seat, or ends its term.",
            |act, input| row("appointment", seat::amend(act, input).await)
        ),
        mutation!(
            RemoveAppointment,
            WRITES,
            SEATED_IN,
            "위촉 삭제. Takes a seat off that was given by mistake.",
            |act, input| whole("body", seat::remove(act, input).await)
        ),
        mutation!(
            AddContactPoint,
            Needs::OwnProfile,
            CONTACT,
            "연락처 등록. Adds a contact point of an institution or a person in it.",
            |act, input| row("contactPoint", contact::add(act, input).await)
        ),
        mutation!(
            RemoveContactPoint,
            Needs::OwnProfile,
            REACHED,
            "연락처 삭제. Takes a contact point off.",
            |act, input| whole("institution", contact::remove(act, input).await)
        ),
    ]
}
