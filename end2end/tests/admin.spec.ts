// The operator's door and the rooms behind it: an account made on the command line, signed in by keyboard.
import type { BrowserContext, Page } from '@playwright/test';
import { expectInEveryLook, expectThumbs, tabStops } from '../harness/looks';
import { codeOf, createAdmin, PASSWORD, secretOf, signIn } from '../harness/operator';
import { Server } from '../harness/server';
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

// The first two pages answer 401 and 403, and a wrong code 401.
test.use({ allowed: [/status of 40[13]/] });

let server: Server;
let secret: string;
let cookies: Awaited<ReturnType<BrowserContext['cookies']>> = [];
test.beforeAll(async ({ playwright }) => {
  server = await Server.start();
  secret = createAdmin(server, 'grace');
  const door = await playwright.request.newContext({ baseURL: server.url });
  const data = { name: 'ada', password: PASSWORD, code: codeOf(createAdmin(server, 'ada')) };
  const answer = await door.post('/api/admin/session', { data, headers: { origin: server.url } });
  expect(answer.status()).toBe(200);
  cookies = (await door.storageState()).cookies;
});
test.afterAll(() => server.remove());

const enter = async (page: Page, path: string) => {
  await page.context().addCookies(cookies);
  await page.goto(`${server.url}${path}`);
  await alive(page);
};

test('a stranger is shown the way in, and no more', async ({ page }) => {
  await bringAxe(page);
  await expectInEveryLook(page, `${server.url}/admin/users`, 'admin-outside');
  await expect(page.getByRole('table')).toHaveCount(0);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('signing in needs no mouse, says what was wrong, and leads to where one wanted', async ({ page }) => {
  await bringAxe(page);
  await expectInEveryLook(page, `${server.url}/admin/sign-in?next=/admin/users`, 'admin-sign-in');
  await expectThumbs(page);
  await page.getByLabel('Name').focus();
  expect(await tabStops(page, 3)).toEqual(['Password', 'Code', 'Sign in']);
  await signIn(page, 'grace', '000000');
  await expect(page.getByRole('alert')).toContainText('Name, password or code is wrong');
  await expectAccessible(page);
  await signIn(page, 'grace', codeOf(secret));
  await expect(page).toHaveURL(`${server.url}/admin/users`);
  await expect(page.getByRole('cell', { name: 'grace' })).toBeVisible();
});

for (const [name, path] of [['overview', '/admin'], ['buildings', '/admin/buildings'], ['health', '/admin/health'], ['users', '/admin/users'], ['sessions', '/admin/sessions'], ['audit', '/admin/audit']]) {
  test(`${name}: opens by refresh and by link, in every look`, async ({ page }) => {
    await bringAxe(page);
    await enter(page, path === '/admin' ? '/admin/audit' : '/admin');
    const tab = page.getByRole('navigation', { name: 'Operator' }).locator(`a[href="${path}"]`);
    await tab.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${server.url}${path}`);
    await expect(tab).toHaveAttribute('aria-current', 'page');
    await expectInEveryLook(page, `${server.url}${path}`, `admin-${name}`);
    await expectThumbs(page);
  });
}

test('an account is made by Enter, enrolled on the page, signs in, and may only look', async ({ page, browser }) => {
  await bringAxe(page);
  await enter(page, '/admin/users');
  await page.getByLabel('Name').fill('bob');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Password').press('Enter');
  const shown = page.getByRole('status').filter({ hasText: 'Second factor of' });
  await expect(shown.getByRole('heading')).toHaveText('Second factor of bob');
  await expect(shown.locator('.qr svg')).toBeVisible();
  await expect(shown.getByRole('listitem')).toHaveCount(10);
  await expectAccessible(page);
  await page.screenshot({ path: 'shots/admin-enrolment-1280.png', fullPage: true });
  const hers = secretOf((await shown.locator('details').textContent()) ?? '');

  const other = await browser.newPage({ baseURL: server.url });
  await other.goto('/admin/sign-in');
  await alive(other);
  await signIn(other, 'bob', codeOf(hers));
  await expect(other).toHaveURL(`${server.url}/admin`);
  await other.goto('/admin/users');
  await expect(other.getByText('Only an admin may see this one.')).toBeVisible();
  await other.close();

  await page.getByLabel('Change bob').click();
  await page.getByRole('row', { name: /^bob/ }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('The account was removed.')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'bob', exact: true })).toHaveCount(0);
});

test('a building is made and its rule is changed by keyboard; the audit log has both', async ({ page }) => {
  await enter(page, '/admin/buildings');
  await page.getByLabel('Name in addresses').fill('linden-4');
  await page.getByLabel('Name', { exact: true }).fill('Lindenstraße 4');
  await page.getByLabel('Name', { exact: true }).press('Enter');
  await expect(page.getByRole('link', { name: 'Lindenstraße 4' })).toBeVisible();
  await page.getByLabel('Days without an answer').fill('14');
  await page.getByLabel('Days without an answer').press('Enter');
  await expect(page.getByText('Saved. It holds from the next cycle on.')).toBeVisible();
  await enter(page, '/admin/audit');
  await expect(page.getByRole('cell', { name: 'linden-4' }).first()).toBeVisible();
});

test('who signs out is out', async ({ page }) => {
  await enter(page, '/admin');
  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await expect(page).toHaveURL(/\/admin\/sign-in/);
  await alive(page);
  await enter(page, '/admin/users');
  await expect(page.getByText('Nobody is signed in here, or the session is over.')).toBeVisible();
});
