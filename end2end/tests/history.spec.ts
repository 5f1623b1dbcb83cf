// The tabs of History: each by link and by refresh, with its state in the address.
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

test('each tab opens by link and again by refresh, for a visitor without a device too', async ({ page, visit }) => {
  await bringAxe(page);
  await visit('/history');
  const names = await page.getByRole('navigation', { name: 'Views' }).getByRole('link').allTextContents();
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const tab = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true });
    await tab.click();
    await expect(tab).toHaveAttribute('aria-current', 'page');
    const address = page.url();
    await page.reload();
    await alive(page);
    expect(page.url()).toBe(address);
    await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
    await expectAccessible(page);
  }
});

test('a visitor without a device is asked to run a test on each tab, and is refused nothing', async ({ page, visit }) => {
  const refused: string[] = [];
  page.on('response', (response) => { if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`); });
  await visit('/history');
  const views = page.getByRole('navigation', { name: 'Views' });
  for (const name of ['Calendar', 'Distribution', 'Percentiles', 'Trends']) {
    await views.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('main').getByRole('link', { name: 'Run a test' })).toBeVisible();
  }
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByText('Nothing of this browser is left')).toBeVisible();
  expect(refused).toEqual([]);
});

test('a visitor with a device that measured nothing is told so by the server', async ({ page, visit, context, baseURL }) => {
  await context.addCookies([{ name: 'steadyline_device', value: crypto.randomUUID(), url: baseURL ?? '' }]);
  await visit('/history');
  const asked = page.waitForResponse((response) => response.url().includes('/api/history/percentiles'));
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Percentiles', exact: true }).click();
  expect((await asked).status()).toBe(200);
});
