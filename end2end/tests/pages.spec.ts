// Every room: by refresh and by link, silent, accessible, at the widths and in the looks that people have.
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

const ROOMS = [
  { name: 'now', path: '/' },
  { name: 'test', path: '/test' },
  { name: 'history', path: '/history' },
  { name: 'providers', path: '/isp' },
  { name: 'building', path: '/building' },
  { name: 'settings', path: '/settings' },
  { name: 'uplinks', path: '/uplinks' },
];

const LOOKS = [360, 1280].flatMap((width) => ['light', 'dark'].map((theme) => ({ width, theme })));

for (const { name, path } of ROOMS) {
  test(`${name}: opens by refresh and is accessible`, async ({ page, visit }) => {
    await bringAxe(page);
    await visit(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('main')).toBeVisible();
    await expectAccessible(page);
  });

  test(`${name}: opens by link with the same heading`, async ({ page, visit }) => {
    await visit(path);
    const refreshed = await page.getByRole('heading', { level: 1 }).textContent();
    await visit(path === '/' ? '/settings' : '/');
    await page.getByRole('navigation').locator(`a[href="${path}"]`).click();
    await expect(page).toHaveURL(path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(refreshed ?? '');
    await expect(page.getByRole('navigation').locator(`a[href="${path}"]`)).toHaveAttribute('aria-current', 'page');
  });

  for (const { width, theme } of LOOKS) {
    test(`${name}: fits ${width} px, ${theme}`, async ({ page, visit, context, baseURL }) => {
      await context.addCookies([{ name: 'steadyline_theme', value: theme, url: baseURL }]);
      await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
      await bringAxe(page);
      await visit(path);
      await page.screenshot({ path: `shots/${name}-${width}-${theme}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, 'pixels that stand out to the side').toBeLessThanOrEqual(0);
      await expectAccessible(page);
    });
  }
}

test('a phone reaches every room by its five', async ({ page, visit }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await bringAxe(page);
  await visit('/');
  const bar = page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').filter({ visible: true });
  await expect(bar).toHaveText(['Now', 'Test', 'History', 'Providers', 'More']);
  for (const { path } of ROOMS.filter((room) => ['settings', 'uplinks'].includes(room.name))) {
    await bar.getByText('More').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('More');
    await expectAccessible(page);
    await page.getByRole('main').locator(`a[href="${path}"]`).click();
    await expect(page).toHaveURL(path);
  }
});

test('the first page fetches the program alone, a room when it is entered', async ({ page, visit }) => {
  const fetched: string[] = [];
  page.on('request', (request) => { if (!request.serviceWorker() && request.url().endsWith('.wasm')) fetched.push(request.url().split('/').pop() ?? ''); });
  await visit('/');
  expect(fetched).toEqual(['steadyline.wasm']);
  await page.getByRole('navigation').locator('a[href="/settings"]').click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => fetched.some((name) => name.startsWith('split_reading'))).toBe(true);
});

test.describe('what is not there', () => {
  test.use({ allowed: [/404/] });
  test('answers 404 with a way back', async ({ page }) => {
    const response = await page.goto('/nowhere');
    expect(response?.status()).toBe(404);
    await alive(page);
    await page.getByRole('main').getByRole('link').first().click();
    await expect(page).toHaveURL('/');
  });
});
