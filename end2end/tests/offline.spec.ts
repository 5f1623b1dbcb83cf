// The installed app with its server gone: it opens, shows the last known state and its age, and comes back by itself.
import { Server } from '../harness/server';
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

let server: Server;
test.beforeEach(async () => { server = await Server.start(); });
test.afterEach(async () => server.remove());
test.use({ allowed: [/ERR_CONNECTION_REFUSED/, /ERR_FAILED/, /ERR_SOCKET_NOT_CONNECTED/] });

test('opens with the last known state while the server is stopped', async ({ page }) => {
  await bringAxe(page);
  await page.goto(server.url);
  await alive(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then((ready) => ready.active?.state));
  await expect.poll(() => page.evaluate(() => caches.match('/state').then((noted) => noted?.ok ?? false))).toBe(true);
  const sentence = await page.evaluate(async () => (await (await caches.match('/state'))?.json())?.sentence as string);

  await server.down();
  await page.goto(`${server.url}/history`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Steadyline cannot be reached');
  await expect(page.getByText('As of just now')).toBeVisible();
  await expect(page.getByText(sentence)).toBeVisible();
  await page.screenshot({ path: 'shots/offline-1280.png' });
  await expectAccessible(page);

  await server.up();
  await page.getByRole('button', { name: 'Try again' }).click();
  await alive(page);
  await expect(page).toHaveURL(`${server.url}/history`);
});

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });
  test('says the last known state in words of its own', async ({ page }) => {
    await page.goto(server.url);
    await alive(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await expect.poll(() => page.evaluate(() => caches.match('/state').then((noted) => noted?.ok ?? false))).toBe(true);
    await server.down();
    await page.goto(`${server.url}/history`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Steadyline ist nicht erreichbar');
    await expect(page.getByText('Es war nicht genug bekannt.')).toBeVisible();
  });
});

test('keeps no page that the server drew', async ({ page }) => {
  await page.goto(server.url);
  await alive(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await alive(page);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.flat().map((request) => new URL(request.url).pathname);
  });
  expect(kept.length).toBeGreaterThan(5);
  const hashed = kept.filter((path) => path.startsWith('/pkg/'));
  expect(hashed.length).toBeGreaterThanOrEqual(3);
  for (const path of kept) expect(path).toMatch(/^\/(pkg|icons)\/|^\/(offline\.(html|js)|manifest\.webmanifest|state)$/);
});
