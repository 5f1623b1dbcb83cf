// What a person chooses takes effect at once, survives a reload, and what they own can be taken along and deleted.
import { alive, expect, test } from '../harness/test';

test('the theme takes effect at once and stays', async ({ page, visit }) => {
  await visit('/settings');
  await page.getByLabel('Dark').check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await alive(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByLabel('Dark')).toBeChecked();
});

test('the language changes every word and stays', async ({ page, visit }) => {
  await visit('/settings');
  await page.getByLabel('Deutsch').check();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await visit('/');
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Verlauf' })).toBeVisible();
});

test('everything can be taken along, and deleted after a question', async ({ page, visit }) => {
  await visit('/test');
  await page.getByRole('button', { name: 'Start the test' }).click();
  await expect(page.getByRole('heading', { name: 'Your result' })).toBeVisible({ timeout: 60_000 });

  await visit('/settings');
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download everything (JSON)' }).click();
  const stream = await (await waiting).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  expect(JSON.stringify(JSON.parse(Buffer.concat(parts).toString()))).toContain('download');

  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByText('Deleted. Nothing of this browser is left')).toBeVisible();
  const left = await page.evaluate(async () => (await (await fetch('/api/measurements')).json()) as unknown[]);
  expect(left).toHaveLength(0);
});
