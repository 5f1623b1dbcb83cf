//! The REST surface. API rules: `/api`, plural nouns, at most one level of nesting, actions as
//! `POST …/{id}/verb`; snake_case; RFC 3339 UTC; lists bounded; problem body `{detail, code, fields}`.
//! Where api.md fixes another path or shape, api.md wins.

mod access;
mod admin;
mod caller;
mod client;
mod direct_lan;
mod document;
mod input;
mod limits;
mod origin;
mod router;
mod stack;

pub use access::admits;
pub use admin::{Admin, AdminByKey, SESSION_COOKIE, SignedIn, Visit, is_operator, not_signed_in};
pub use caller::{Caller, Device, IssuedDevice, RequiredDevice};
pub use client::{Client, InProcess};
pub use direct_lan::DirectLan;
pub use document::public as public_document;
pub use input::{Json, Path, Query};
pub use limits::{Limits, network};
pub use origin::{check_origin, check_own_origin};
pub use router::{api_router, compression, openapi};
pub use stack::complete;
