//! Accounts and sessions for tests of what operators do.

use backend::admin::{accounts, audit::Actor, totp};
use domain::admin::{Enrolment, NewAdminSession, Role, totp::step_of};

use super::{Reply, TestApp, Visitor};

pub const PASSWORD: &str = "four words make one";

impl TestApp {
    /// An account, as `steadyline admin create` makes it.
    pub async fn account(&self, name: &str, role: Role) -> Enrolment {
        accounts::create(&self.state, &Actor::cli(), name, role, PASSWORD.to_owned()).await.unwrap()
    }

    /// The code that its app shows so many steps from now.
    pub async fn code(&self, name: &str, steps: i64) -> String {
        let account = accounts::find(&self.state.db.read, name).await.unwrap().unwrap();
        let seed = accounts::seed(&self.state, &account).unwrap();
        totp::code(&seed, step_of(self.now()) + steps)
    }

    /// The cookie of a new session of a new account.
    pub async fn signed_in(&self, name: &str, role: Role) -> String {
        self.account(name, role).await;
        let code = self.code(name, 0).await;
        let reply = self.anyone().try_sign_in(name, PASSWORD, &code).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        cookie(&reply)
    }
}

impl Visitor<'_> {
    pub async fn try_sign_in(&self, name: &str, password: &str, code: &str) -> Reply {
        let asked = NewAdminSession { name: name.into(), password: password.into(), code: code.into() };
        self.send("POST", "/api/admin/session", Some(serde_json::to_vec(&asked).unwrap())).await
    }
}

/// `name=value` of the cookie that an answer sets.
pub fn cookie(reply: &Reply) -> String {
    let set = reply.headers["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}
