// Lines with 90 days of data: every range, on screen and on paper; and a line that this server has just begun to watch.
import { expectFits, expectInEveryLook, expectThumbs } from '../harness/looks';
import { Server } from '../harness/server';
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

const RANGES = ['24h', '72h', '7d', '30d', '90d'];

let seeded: Server;
let young: Server;
test.beforeAll(async () => {
  // Loopback as a line: its echoes are answered, its gateway is nobody.
  const watched = { STEADYLINE_UPLINKS__ENABLED: 'true', STEADYLINE_UPLINKS__INTERFACES: 'lo', STEADYLINE_UPLINKS__ECHO_TARGETS: '127.0.0.1', STEADYLINE_UPLINKS__HTTPS_TARGETS: '' };
  young = await Server.start({ settings: () => ({ ...watched, STEADYLINE_UPLINKS__INTERVAL_S: '1' }) });
  seeded = await Server.start({ seeded: true });
});
test.afterAll(async () => {
  await young.remove();
  await seeded.remove();
});

test('all lines: in every look', async ({ page }) => {
  await bringAxe(page);
  await expectInEveryLook(page, `${seeded.url}/uplinks`, 'uplinks-90-days');
});

test('one line: each range opens by link and again by refresh', async ({ page }) => {
  await bringAxe(page);
  await page.goto(`${seeded.url}/uplinks`);
  await alive(page);
  await page.getByRole('main').getByRole('link', { name: 'Example line' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Example line');
  for (const range of RANGES) {
    const link = page.locator(`.ranges a[href$="range=${range}"]`);
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${seeded.url}/uplinks/example0?range=${range}`);
    await page.reload();
    await alive(page);
    await expect(link).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('heading', { name: /of the time that is known/ })).toBeVisible();
    // The longest range is looked at in every look below.
    if (range === '24h') await expectAccessible(page);
  }
  await expectThumbs(page);
});

test('one line, 90 days: in every look', async ({ page }) => {
  await bringAxe(page);
  await expectInEveryLook(page, `${seeded.url}/uplinks/example0?range=90d`, 'uplink-90d');
});

test('on paper stand the period in UTC and the figures, without navigation or buttons', async ({ page }) => {
  await page.goto(`${seeded.url}/uplinks/example0?range=90d`);
  await alive(page);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 794, height: 1123 });
  await expect(page.getByRole('navigation', { name: 'Range' })).toBeHidden();
  await expect(page.locator('.on-paper')).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d UTC – \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeHidden();
  expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
  await expectFits(page);
  await page.screenshot({ path: 'shots/uplink-print.png', fullPage: true });
});

test('the files of a range are there', async ({ request }) => {
  for (const kind of ['.csv', '']) {
    const answer = await request.get(`${seeded.url}/api/uplinks/example0/history${kind}?range=90d`);
    expect(answer.status()).toBe(200);
    expect((await answer.text()).length).toBeGreaterThan(1000);
  }
});

test.describe('a line that is not there', () => {
  test.use({ allowed: [/404/] });
  test('answers 404 with the way to all lines', async ({ page }) => {
    await bringAxe(page);
    const answer = await page.goto(`${seeded.url}/uplinks/nowhere`);
    expect(answer?.status()).toBe(404);
    await alive(page);
    await expectAccessible(page);
    await page.getByRole('main').getByRole('link').first().click();
    await expect(page).toHaveURL(`${seeded.url}/uplinks`);
  });
});

// Last: the first minute passes while the others run.
test('a line watched for a minute shows that minute, and says of the rest that it is not known', async ({ page, request }) => {
  await bringAxe(page);
  const known = async () => {
    const lines = (await (await request.get(`${young.url}/api/uplinks`)).json()) as { strip: { state: string }[] }[];
    return lines[0]?.strip.filter((minute) => minute.state !== 'no_data').length ?? 0;
  };
  await expect.poll(known, { timeout: 75_000 }).toBeGreaterThan(0);
  await expectInEveryLook(page, `${young.url}/uplinks`, 'uplinks-one-minute');
  await expectInEveryLook(page, `${young.url}/uplinks/lo?range=90d`, 'uplink-one-minute');
  await expect(page.getByText('None in this time.')).toBeVisible();
});
