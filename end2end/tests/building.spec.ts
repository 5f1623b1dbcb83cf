// A building's page on a resident's phone, its poster, and what is said to who may not join.
import { expectFits, expectInEveryLook, expectThumbs, tabStops } from '../harness/looks';
import { Server } from '../harness/server';
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

const KEY = 'journeys-key-of-the-operator-0123456789';

let server: Server;
test.beforeAll(async ({ playwright }) => {
  server = await Server.start({ settings: () => ({ STEADYLINE_ADMIN__KEY: KEY, STEADYLINE_HTTP__TRUSTED_PROXIES: '127.0.0.1/32' }) });
  const operator = await playwright.request.newContext({ baseURL: server.url, extraHTTPHeaders: { 'x-admin-key': KEY } });
  const data = { slug: 'linden-4', name: 'Lindenstraße 4', listed: true, providers: ['Example Net', 'Sample Fibre'] };
  expect((await operator.post('/api/admin/buildings', { data })).status()).toBeLessThan(300);
});
test.afterAll(() => server.remove());

test.describe('from a private network', () => {
  test.use({ extraHTTPHeaders: { 'x-forwarded-for': '192.168.1.20' } });
  test('the list leads to the building, which says why one cannot join from there', async ({ page }) => {
    await bringAxe(page);
    await expectInEveryLook(page, `${server.url}/building`, 'building-list');
    await page.getByRole('main').getByRole('link', { name: 'Lindenstraße 4' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Lindenstraße 4');
    await expect(page.getByText('your address is not of the public internet')).toBeVisible();
    await expect(page.getByText('Nobody has joined yet.')).toBeVisible();
    await expect(page.getByText('No outage so far.')).toBeVisible();
    await expectInEveryLook(page, `${server.url}/building/linden-4`, 'building-refused');
    await expectThumbs(page);
  });
});

test.describe('from a public address', () => {
  // Only told by the proxy: nobody is asked before the form is sent, and it is not sent here.
  test.use({ extraHTTPHeaders: { 'x-forwarded-for': '9.9.9.9' } });
  test('the form says what happens, wants a provider and a consent, and is walked by keyboard', async ({ page }) => {
    await bringAxe(page);
    await expectInEveryLook(page, `${server.url}/building/linden-4`, 'building-join');
    await expectThumbs(page);
    await expect(page.getByText('every 60 seconds whether it is there')).toBeVisible();
    await page.getByLabel('Provider').focus();
    const stops = await tabStops(page, 3);
    expect(stops).toEqual(['Note for the operator (optional)', expect.stringContaining('I agree'), 'Join']);
    const asked: string[] = [];
    page.on('request', (request) => { if (request.method() === 'POST') asked.push(request.url()); });
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Provider').evaluate((select: HTMLSelectElement) => select.validity.valueMissing)).toBe(true);
    expect(await page.getByLabel('I agree').evaluate((box: HTMLInputElement) => box.validity.valueMissing)).toBe(true);
    expect(asked, 'nothing is sent without a consent').toEqual([]);
  });
});

test('the poster has a code for this address, and prints without navigation or button', async ({ page }) => {
  await bringAxe(page);
  await page.goto(`${server.url}/building/linden-4`);
  await alive(page);
  await page.getByRole('link', { name: 'Poster for the lobby' }).click();
  await expect(page.locator('.poster-address')).toHaveText(`${server.url}/building/linden-4`);
  await expectInEveryLook(page, `${server.url}/building/linden-4/poster`, 'building-poster');
  await expect(page.locator('.poster-qr svg')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 794, height: 1123 });
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeHidden();
  await expectFits(page);
  const high = await page.evaluate(() => document.documentElement.scrollHeight);
  expect(high, 'one sheet').toBeLessThanOrEqual(1123);
  await page.screenshot({ path: 'shots/building-poster-print.png', fullPage: true });
});

test.describe('a building that is not there', () => {
  test.use({ allowed: [/404/] });
  for (const path of ['/building/nowhere', '/building/nowhere/poster']) {
    test(`${path} answers 404 with the way to all buildings`, async ({ page }) => {
      await bringAxe(page);
      const answer = await page.goto(`${server.url}${path}`);
      expect(answer?.status()).toBe(404);
      await alive(page);
      await expectAccessible(page);
      await page.getByRole('main').getByRole('link', { name: 'All buildings' }).click();
      await expect(page).toHaveURL(`${server.url}/building`);
    });
  }
});
