//! A copy while the server runs, and putting it back.

use backend::{
    backup::{backup, restore},
    config::Config,
    db::Db,
    entities::{measurement, rollup},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::{TestApp, database::postgres_url, stored::good};

#[tokio::test]
async fn what_is_restored_is_what_was_backed_up() {
    let app = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    for _ in 0..5 {
        app.store(good(&app, &app.device(1), app.now())).await;
    }
    if postgres_url().is_some() {
        let refused = backup(&app.state.db, &file).await.unwrap_err().to_string();
        assert!(refused.contains("pg_dump"), "{refused}");
        return;
    }
    assert!(backup(&app.state.db, &file).await.unwrap() > 0);
    assert!(backup(&app.state.db, &file).await.is_err(), "a backup never overwrites");
    let expected = measurement::Entity::find().all(&app.state.db.read).await.unwrap();
    app.store(good(&app, &app.device(1), app.now())).await;

    let config = Config { data_dir: folder.path().join("new"), ..Config::default() };
    std::fs::create_dir(&config.data_dir).unwrap();
    assert_eq!(restore(&config, &file).await.unwrap(), None);
    let aside = restore(&config, &file).await.unwrap().expect("the one there before is kept");
    assert!(aside.exists());
    let db = Db::connect(&config).await.unwrap();
    assert_eq!(measurement::Entity::find().all(&db.read).await.unwrap(), expected);
    assert_eq!(rollup::Entity::find().count(&db.read).await.unwrap(), 1);
    let in_use = restore(&config, &file).await.unwrap_err().to_string();
    assert!(in_use.contains("stop the server"), "{in_use}");
    db.close().await.unwrap();
}

#[tokio::test]
async fn what_is_no_backup_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let file = folder.path().join("x.db");
    assert!(restore(&config, &file).await.is_err(), "not there");
    std::fs::write(&file, b"SQLite format 3\0 and then nothing of it").unwrap();
    assert!(restore(&config, &file).await.is_err(), "damaged");
    assert!(!folder.path().join("steadyline.db").exists());
}
