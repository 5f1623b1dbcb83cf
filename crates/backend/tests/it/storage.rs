//! What the database promises: durable, own transactions, nothing half.

use backend::entities::{device, device_key};
use sea_orm::{EntityTrait, PaginatorTrait, Set};

use crate::app::TestApp;

#[tokio::test]
async fn a_refused_unit_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let refused = app
        .state
        .db
        .write::<(), _>(|tx| {
            Box::pin(async move {
                let device =
                    device::ActiveModel { created_at: Set(1), last_seen_at: Set(1), ..Default::default() };
                device::Entity::insert(device).exec(tx).await?;
                // No device 4711: the foreign key refuses.
                let key = device_key::ActiveModel {
                    hash: Set(vec![7; 32]),
                    device_id: Set(4711),
                    added_at: Set(1),
                };
                device_key::Entity::insert(key).exec(tx).await?;
                Ok(())
            })
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(device::Entity::find().count(&app.state.db.read).await.unwrap(), 0);
}
