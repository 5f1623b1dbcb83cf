// Diagnostics, what others see, and a phone's further rooms: in every look, by link, in German.
import { expectInEveryLook, expectThumbs } from '../harness/looks';
import { bringAxe, expect, expectAccessible, test } from '../harness/test';

const TOOLS = [['diagnostics', '/diagnostics-advanced', 'Diagnostics'], ['security', '/security', 'What others see']] as const;

for (const [name, path] of TOOLS) {
  test(`${name}: opens from the test's page and by refresh, in every look`, async ({ page, visit, baseURL }) => {
    await bringAxe(page);
    await visit('/test');
    const link = page.getByRole('main').locator(`a[href="${path}"]`);
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(path);
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    await expectInEveryLook(page, `${baseURL}${path}`, name);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading ?? '');
    await expectThumbs(page);
  });
}

test('more: in every look, its rooms by keyboard', async ({ page, baseURL }) => {
  await bringAxe(page);
  await expectInEveryLook(page, `${baseURL}/more`, 'more');
  await page.getByRole('main').locator('a[href="/uplinks"]').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/uplinks');
});

test.describe('in German', () => {
  // Nobody is signed in on /admin.
  test.use({ locale: 'de-DE', allowed: [/status of 401/] });
  test('no page has an English word', async ({ page, visit }) => {
    await bringAxe(page);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/', '/uplinks', '/building', '/diagnostics-advanced', '/security', '/more', '/admin', '/admin/sign-in']) {
      await visit(path);
      await expect(page.locator('html')).toHaveAttribute('lang', 'de');
      const words = await page.locator('main').innerText();
      expect(words.match(/\b(the|this|your|nobody|nothing|and|with|from|sign in)\b/gi) ?? [], path).toEqual([]);
      await expectAccessible(page);
      await page.screenshot({ path: `shots/de${path.replaceAll('/', '-')}-360-light.png`, fullPage: true });
    }
  });
});
