// The tabs of History: each by link and by refresh, with its state in the address.
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

test('each tab opens by link and again by refresh', async ({ page, visit, context, baseURL }) => {
  await bringAxe(page);
  // A device that has measured nothing yet; without one the API answers 400 (scope P!), which the browser logs by itself.
  await context.addCookies([{ name: 'steadyline_device', value: crypto.randomUUID(), url: baseURL ?? '' }]);
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
