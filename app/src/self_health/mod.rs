//! How this server itself is: the operator's page, and the one line on public pages where a fault impairs them.

mod check;
mod health_page;
mod note;

pub use health_page::SelfHealthPage;
pub use note::MonitorNote;
