//! The one error of handlers. Which type to use where: `AppError` where a client sees it, anyhow in jobs and boot,
//! `DbErr` inside queries. An internal error is logged once, here, and shown to nobody.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode};
use sea_orm::{DbErr, SqlErr};

use crate::db::passing;

pub type AppResult<T> = Result<T, AppError>;

/// What a handler may answer instead of its result.
#[derive(Debug)]
pub enum AppError {
    /// Anything with a sentence for the client.
    Api(ApiError),
    /// As `Api`, with the seconds after which a retry makes sense (429, 503).
    RetryAfter(ApiError, u32),
    /// A fault of ours.
    Internal(anyhow::Error),
}

impl AppError {
    pub fn not_found(what: &str) -> Self {
        Self::Api(ApiError::new(ErrorCode::NotFound, format!("There is no such {what}.")))
    }

    /// For jobs and boot, where nobody reads a status.
    pub fn into_anyhow(self) -> anyhow::Error {
        match self {
            Self::Api(error) | Self::RetryAfter(error, _) => error.into(),
            Self::Internal(error) => error,
        }
    }

    pub fn unavailable(detail: impl Into<String>, retry_after_s: u32) -> Self {
        Self::RetryAfter(ApiError::new(ErrorCode::Unavailable, detail), retry_after_s)
    }
}

impl From<ApiError> for AppError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
            return Self::Api(ApiError::new(ErrorCode::Conflict, "This is there already."));
        }
        if let DbErr::RecordNotFound(_) = error {
            return Self::not_found("record");
        }
        match passing(&error) {
            Some(why) => {
                tracing::error!(error = %error, "the database did not serve a request");
                Self::unavailable(why, 5)
            }
            None => Self::Internal(error.into()),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (error, retry_after_s) = match self {
            Self::Api(error) => (error, None),
            Self::RetryAfter(error, seconds) => (error, Some(seconds)),
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                (ApiError::new(ErrorCode::Internal, "Something went wrong here; it was logged."), None)
            }
        };
        let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(error)).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
