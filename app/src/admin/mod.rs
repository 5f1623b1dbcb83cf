//! The operator's rooms behind the sign-in; another slice's page joins by one line in `door::TABS`.

mod audit_page;
mod door;
mod enrolment;
mod operator;
mod overview_page;
mod sessions_page;
mod sign_in_page;
mod users_page;

pub use audit_page::AuditPage;
pub use door::{Door, Let, ask, leave_for};
pub use operator::{Operator, is_operator};
pub use overview_page::OverviewPage;
pub use sessions_page::SessionsPage;
pub use sign_in_page::SignInPage;
pub use users_page::UsersPage;
