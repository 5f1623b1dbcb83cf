//! A question and the reading of its answer. Pure.

use std::{io, str::FromStr};

use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RecordType},
};

use crate::ProbeError;

/// A name and the kind of record that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    query: Query,
}

/// What an answer says.
pub(super) struct Reading {
    pub code: String,
    pub records: Vec<String>,
    pub truncated: bool,
}

impl Question {
    /// A question for records of a kind (`A`, `AAAA`, `TXT`, …) of a name.
    pub fn new(name: &str, kind: &str) -> Result<Self, ProbeError> {
        let invalid = |problem: String| ProbeError::invalid("ask a question", &name, problem);
        let mut parsed = Name::from_ascii(name).map_err(|error| invalid(error.to_string()))?;
        parsed.set_fqdn(true);
        let kind = kind.to_ascii_uppercase();
        let record =
            RecordType::from_str(&kind).map_err(|_| invalid(format!("{kind} is no kind of record")))?;
        Ok(Self { query: Query::query(parsed, record) })
    }

    /// The message that asks it.
    pub(super) fn bytes(&self, id: u16) -> io::Result<Vec<u8>> {
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(self.query.clone());
        message.to_vec().map_err(io::Error::other)
    }

    /// Reads an answer; `None` where it is none to this question (another id, another name, no answer at all).
    pub(super) fn read(&self, id: u16, bytes: &[u8]) -> Option<Reading> {
        let message = Message::from_vec(bytes).ok()?;
        let head = message.metadata;
        let ours = head.id == id && head.message_type == MessageType::Response;
        // A resolver that cannot read the question need not repeat it.
        let repeated = match &message.queries[..] {
            [query] => *query == self.query,
            [] => head.response_code != ResponseCode::NoError,
            _ => false,
        };
        (ours && repeated).then(|| Reading {
            code: code(head.response_code),
            records: message.answers.iter().map(|record| record.data.to_string()).collect(),
            truncated: head.truncation,
        })
    }
}

/// The code as tools of DNS write it.
fn code(code: ResponseCode) -> String {
    match code {
        ResponseCode::NXDomain => "NXDOMAIN".to_owned(),
        other => format!("{other:?}").to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_proto::rr::{RData, Record, rdata::A};
    use rstest::rstest;

    use super::*;

    fn question() -> Question {
        Question::new("www.Example.com", "a").unwrap()
    }

    fn answer(id: u16, change: impl FnOnce(&mut Message)) -> Vec<u8> {
        let mut message = Message::from_vec(&question().bytes(id).unwrap()).unwrap().into_response();
        let data = RData::A(A(Ipv4Addr::new(192, 0, 2, 7)));
        message.add_answer(Record::from_rdata(Name::from_ascii("www.example.com.").unwrap(), 60, data));
        change(&mut message);
        message.to_vec().unwrap()
    }

    #[test]
    fn an_answer_is_read() {
        let said = question().read(7, &answer(7, |_| ())).unwrap();
        assert_eq!(
            (said.code.as_str(), said.records, said.truncated),
            ("NOERROR", vec!["192.0.2.7".to_owned()], false)
        );
    }

    #[rstest]
    #[case::nothing_there(ResponseCode::NXDomain, "NXDOMAIN")]
    #[case::broken(ResponseCode::ServFail, "SERVFAIL")]
    #[case::refused(ResponseCode::Refused, "REFUSED")]
    fn codes(#[case] sent: ResponseCode, #[case] read: &str) {
        let bytes = answer(7, |message| message.metadata.response_code = sent);
        assert_eq!(question().read(7, &bytes).unwrap().code, read);
    }

    #[test]
    fn what_is_no_answer_to_this_question_is_passed_over() {
        let other = Question::new("www.example.org", "A").unwrap();
        assert!(other.read(7, &answer(7, |_| ())).is_none());
        assert!(question().read(8, &answer(7, |_| ())).is_none());
        assert!(question().read(7, &question().bytes(7).unwrap()).is_none(), "the question itself");
        assert!(question().read(7, &answer(7, |message| message.queries.clear())).is_none());
        assert!(question().read(7, b"no DNS").is_none());
        let cut = answer(7, |_| ());
        for length in 0..cut.len() {
            assert!(question().read(7, &cut[..length]).is_none(), "cut to {length}");
        }
    }

    #[rstest]
    #[case::no_kind("example.com", "B")]
    #[case::no_name("a..b", "A")]
    fn a_question_that_makes_no_sense(#[case] name: &str, #[case] kind: &str) {
        assert!(Question::new(name, kind).is_err());
    }
}
