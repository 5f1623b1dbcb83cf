//! Argon2id, off the threads that serve, and a few at a time: each takes 19 MiB and a core for some 20 ms.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::{sync::Semaphore, task, time::timeout};

use crate::{AppError, error::AppResult};

/// OWASP Password Storage Cheat Sheet: Argon2id with m = 19 MiB, t = 2, p = 1.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const AT_ONCE: usize = 2;
/// Whoever waits longer is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hash of nothing, for names that are not there: looking costs the same.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3RlYWR5bGluZS5ub25l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The one place where passwords are hashed.
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// The hash to keep.
    pub async fn hash(&self, password: String) -> AppResult<String> {
        let hash = move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string());
        Ok(self.run(hash).await?.map_err(|e| anyhow::anyhow!("hash a password: {e}"))?)
    }

    /// Whether it is the password of that hash; without one never, after the same work.
    pub async fn matches(&self, password: String, hash: Option<String>) -> AppResult<bool> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(NOBODY);
            argon2().verify_password(password.as_bytes(), hash).is_ok() && known
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
        let place = timeout(PATIENCE, self.0.clone().acquire_owned()).await;
        let place = place
            .map_err(|_| AppError::unavailable("Too many sign-ins at once.", 5))?
            .context("the door of passwords is never closed")?;
        let run = move || {
            let _place = place;
            work()
        };
        Ok(task::spawn_blocking(run).await.context("hash a password")?)
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("these parameters are within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("four words make one".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let matches =
            async |password: &str, hash: Option<String>| passwords.matches(password.to_owned(), hash).await;
        assert!(matches("four words make one", Some(hash.clone())).await.unwrap());
        assert!(!matches("four words make two", Some(hash.clone())).await.unwrap());
        assert!(!matches("four words make one", None).await.unwrap());
        assert!(!matches("four words make one", Some("damaged".to_owned())).await.unwrap());
        assert_ne!(passwords.hash("four words make one".to_owned()).await.unwrap(), hash, "salted");
    }

    /// Were it not readable, a name that is not there would be told apart by its quick answer.
    #[test]
    fn nobodys_hash_is_computed_as_any_other() {
        let parts: Vec<&str> = NOBODY.split('$').collect();
        assert_eq!(parts[3], format!("m={MEMORY_KIB},t={PASSES},p={LANES}"));
        let refused = argon2().verify_password(b"x", NOBODY).unwrap_err();
        assert_eq!(refused, argon2::password_hash::Error::PasswordInvalid);
    }
}
