use sea_orm::{EntityTrait, PaginatorTrait, Set};

use super::*;
use crate::entities::provider;

async fn fresh() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite://{}/t.db", folder.path().display())).await.unwrap();
    db.migrate().await.unwrap();
    (folder, db)
}

fn provider(slug: &str) -> provider::ActiveModel {
    provider::ActiveModel { slug: Set(slug.to_owned()), name: Set(slug.to_owned()), ..Default::default() }
}

async fn pragma(connection: &DatabaseConnection, name: &str) -> String {
    let row = connection.query_one_raw(sea_orm::Statement::from_string(
        DatabaseBackend::Sqlite,
        format!("SELECT CAST({name} AS TEXT) AS v FROM pragma_{name}"),
    ));
    row.await.unwrap().unwrap().try_get_by_index::<String>(0).unwrap()
}

#[tokio::test]
async fn durable_settings_are_on() {
    let (_folder, db) = fresh().await;
    assert_eq!(pragma(&db.write, "journal_mode").await, "wal");
    assert_eq!(pragma(&db.write, "synchronous").await, "2", "FULL");
    assert_eq!(pragma(&db.write, "foreign_keys").await, "1");
    assert_eq!(pragma(&db.read, "query_only").await, "1");
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_folder, db) = fresh().await;
    let refused = provider::Entity::insert(provider("a")).exec(&db.read).await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn one_failing_unit_undoes_only_itself() {
    let (_folder, db) = fresh().await;
    let writes = (0..40).map(|n| {
        let db = db.clone();
        async move {
            db.write(move |tx| {
                Box::pin(async move {
                    provider::Entity::insert(provider(&format!("p{n}"))).exec(tx).await?;
                    if n % 4 == 0 {
                        return Err(AppError::not_found("thing"));
                    }
                    assert!(n % 4 != 1, "a panic inside a unit");
                    Ok(n)
                })
            })
            .await
        }
    });
    let results = futures::future::join_all(writes).await;
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), n % 4 > 1, "unit {n}: {result:?}");
    }
    assert_eq!(provider::Entity::find().count(&db.read).await.unwrap(), 20 + 1, "the good half and row 0");
}

#[tokio::test]
async fn closing_waits_for_what_was_accepted_and_refuses_the_rest() {
    let (folder, db) = fresh().await;
    let other = db.clone();
    let write = |db: Db, slug: &'static str| async move {
        db.write(move |tx| {
            Box::pin(async move { Ok(provider::Entity::insert(provider(slug)).exec(tx).await?) })
        })
        .await
    };
    write(db.clone(), "before").await.unwrap();
    db.close().await.unwrap();
    assert!(write(other, "after").await.is_err());
    let again = Db::open(&format!("sqlite://{}/t.db", folder.path().display())).await.unwrap();
    assert_eq!(provider::Entity::find().count(&again.read).await.unwrap(), 2);
}

#[tokio::test]
async fn writing_goes_on_after_sqlite_ended_a_transaction_by_itself() {
    let (_folder, db) = fresh().await;
    let other = sea_orm::Database::connect(db.url()).await.unwrap();
    other.execute_unprepared("PRAGMA busy_timeout = 0").await.unwrap();
    let lost = db
        .write(|tx| {
            Box::pin(async move {
                provider::Entity::insert(provider("lost")).exec(tx).await?;
                // As SQLite does when a commit finds no room (https://sqlite.org/lang_transaction.html, §3).
                tx.execute_unprepared("ROLLBACK").await?;
                Ok(())
            })
        })
        .await;
    assert!(matches!(lost, Err(AppError::RetryAfter(error, _)) if error.code == ErrorCode::Unavailable));
    let kept = db.write(|tx| {
        Box::pin(async move {
            let locked = other.execute_unprepared("BEGIN IMMEDIATE").await;
            assert!(locked.is_err(), "a unit has the write lock from its beginning");
            Ok(provider::Entity::insert(provider("kept")).exec(tx).await?.last_insert_id)
        })
    });
    kept.await.unwrap();
    let slugs: Vec<_> =
        provider::Entity::find().all(&db.read).await.unwrap().into_iter().map(|row| row.slug).collect();
    assert_eq!(slugs, ["unknown", "kept"]);
}
