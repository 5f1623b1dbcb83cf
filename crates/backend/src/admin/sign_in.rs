//! Signing in: count the trial, check everything whatever fails first, then claim the code and open the session in one
//! unit, so that a code opens one session even when it comes twice at once.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ApiError, ErrorCode,
    admin::{NewAdminSession, Proof, WAIT_FIELD},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    sea_query::Expr,
};

use super::{
    accounts,
    audit::{self, Actor},
    failures,
    lockouts::Trial,
    sessions, totp,
};
use crate::{
    AppError, AppState,
    db::time::to_ms,
    entities::{admin, admin_recovery_code, admin_session},
    error::AppResult,
    http::Visit,
};

/// What a code was proven to be, still to be claimed.
enum Claim {
    Step(i64),
    Recovery(Vec<u8>),
}

/// The token of a new session, for the cookie.
pub async fn sign_in(state: &AppState, asked: NewAdminSession, visit: &Visit) -> AppResult<String> {
    let name = asked.name.trim().to_lowercase();
    let trial = Trial::new(state, &name, visit.address);
    if let Some(wait_s) = trial.count(state).await? {
        failures::tell(state, visit.address, &name);
        let why = format!("Too many wrong sign-ins; try again in {wait_s} s.");
        let error = ApiError::new(ErrorCode::TooMany, why).with_field(WAIT_FIELD, wait_s.to_string());
        return Err(AppError::RetryAfter(error, wait_s as u32));
    }
    let account = accounts::find(&state.db.read, &name).await?;
    let token = match check(state, account.as_ref(), asked).await? {
        Some((account, claim)) => open(state, account, claim, trial, visit).await?,
        None => None,
    };
    token.ok_or_else(|| {
        failures::tell(state, visit.address, &name);
        let why = "Name, password or code is wrong, or the code was used already.";
        ApiError::new(ErrorCode::Unauthenticated, why).into()
    })
}

/// Checks password and code, each whatever the other says and whether or not there is such an account.
async fn check(
    state: &AppState,
    account: Option<&admin::Model>,
    asked: NewAdminSession,
) -> AppResult<Option<(admin::Model, Claim)>> {
    let hash = account.map(|account| account.password.clone());
    let known = state.passwords.matches(asked.password, hash).await?;
    let seed = account.and_then(|account| accounts::seed(state, account));
    let seed = seed.unwrap_or_else(|| rand::random::<[u8; totp::SEED_BYTES]>().to_vec());
    let last_step = account.and_then(|account| account.last_step);
    let claim = match Proof::read(&asked.code) {
        Some(Proof::Totp(code)) => {
            totp::find_step(&seed, &code, last_step, state.clock.now()).map(Claim::Step)
        }
        Some(Proof::Recovery(code)) => Some(Claim::Recovery(accounts::recovery_hash(state, &code))),
        None => None,
    };
    Ok(account.cloned().zip(claim).filter(|_| known))
}

/// Claims the code and opens the session; none where somebody else claimed it first.
async fn open(
    state: &AppState,
    account: admin::Model,
    claim: Claim,
    trial: Trial,
    visit: &Visit,
) -> AppResult<Option<String>> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let row = sessions::begin(state, account.id, &token, visit);
    // A session that the browser brought along ends: its token may be known to others.
    let before = visit.token.as_ref().map(|token| sessions::hash(state, token));
    let actor = Actor { name: account.name.clone(), address: Some(visit.address) };
    let now = to_ms(state.clock.now());
    Ok(state
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !claimed(tx, &account, &claim).await? {
                    return Ok(false);
                }
                trial.forget(tx).await?;
                if let Some(hash) = before {
                    let old = admin_session::Column::Hash.eq(hash);
                    admin_session::Entity::delete_many().filter(old).exec(tx).await?;
                }
                row.insert(tx).await?;
                let by = match claim {
                    Claim::Step(_) => None,
                    Claim::Recovery(_) => Some("recovery code"),
                };
                admin::Entity::update_many()
                    .col_expr(admin::Column::SignedInAt, Expr::value(now))
                    .filter(admin::Column::Id.eq(account.id))
                    .exec(tx)
                    .await?;
                audit::insert_act(tx, now, &actor, "session.create", by).await?;
                Ok(true)
            })
        })
        .await?
        .then_some(token))
}

async fn claimed(tx: &DatabaseTransaction, account: &admin::Model, claim: &Claim) -> Result<bool, DbErr> {
    let rows = match claim {
        Claim::Step(step) => {
            use admin::Column;
            let unused = Condition::any().add(Column::LastStep.is_null()).add(Column::LastStep.lt(*step));
            admin::Entity::update_many()
                .col_expr(Column::LastStep, Expr::value(*step))
                .filter(Column::Id.eq(account.id))
                .filter(unused)
                .exec(tx)
                .await?
                .rows_affected
        }
        Claim::Recovery(hash) => {
            use admin_recovery_code::Column;
            admin_recovery_code::Entity::delete_many()
                .filter(Column::Hash.eq(hash.clone()))
                .filter(Column::AdminId.eq(account.id))
                .exec(tx)
                .await?
                .rows_affected
        }
    };
    Ok(rows == 1)
}
