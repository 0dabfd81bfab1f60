//! Enums that columns of many tables share.

use crate::choice;

choice! {
    /// 출처 구분. Where a row comes from; facts, user entries and illustrations are never mixed.
    pub enum Origin {
        /// 원문 사실. A fact read in one of the cited source documents.
        Source = "SOURCE",
        /// 이용자 입력. Entered by a user of the system.
        Reported = "REPORTED",
        /// 예시 자료. Demonstration data; counted in no statistic unless asked for.
        Illustrative = "ILLUSTRATIVE",
    }
}

choice! {
    /// 공개 범위. Who may see a row.
    pub enum Visibility {
        /// 공개. Everybody, signed in or not.
        Public = "PUBLIC",
        /// 내부. Signed-in programme staff only.
        Internal = "INTERNAL",
    }
}

choice! {
    /// 근거 구분. How firmly a source carries a fact.
    pub enum Basis {
        /// 명시. The source says so.
        Stated = "STATED",
        /// 추정. The source only implies it; the citation's note says how it was derived.
        Inferred = "INFERRED",
    }
}

choice! {
    /// 날짜 정밀도. How exactly the date of an event is known.
    pub enum DatePrecision {
        /// 일. On that day.
        Day = "DAY",
        /// 월. In that month; the day is not known.
        Month = "MONTH",
        /// 연. In that year; the month is not known.
        Year = "YEAR",
        /// 그때까지. By then at the latest: the source only shows that it had happened.
        By = "BY",
    }
}

choice! {
    /// 산·학·연·관 구분. Side of the programme a person or institution belongs to.
    pub enum Sector {
        /// 산(업계). Companies and their associations.
        Industry = "INDUSTRY",
        /// 학(계). Universities.
        Academia = "ACADEMIA",
        /// 연(구계). Research institutes.
        Research = "RESEARCH",
        /// 관(공공). Ministries, local governments and public agencies.
        Government = "GOVERNMENT",
        /// 전문직·민간. Lawyers, accountants and other professionals.
        Civil = "CIVIL",
    }
}
