// A resident measures the line by keyboard alone, sees the result, and finds it again.
import { type Page, alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

/** Tabs until the element of that name has the focus, then presses Enter. */
async function pressByKeyboard(page: Page, name: string) {
  const wanted = page.getByRole('button', { name });
  for (let tabs = 0; tabs < 40; tabs += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press('Enter');
      return;
    }
  }
  throw new Error(`"${name}" cannot be reached with the Tab key`);
}

test('a test runs by keyboard, its result stays after a reload and shows in history', async ({ page, visit }) => {
  await bringAxe(page);
  await visit('/test');
  await pressByKeyboard(page, 'Start the test');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  await expect(page.locator('.chart.live svg:visible').first()).toBeVisible();
  await page.screenshot({ path: 'shots/test-running-1280.png' });

  await expect(page.getByRole('heading', { name: 'Your result' })).toBeVisible({ timeout: 60_000 });
  const figures = page.locator('.result dl.figures');
  await expect(figures.getByText('Mbit/s').first()).toBeVisible();
  const measured = await figures.innerText();
  expect(measured).toMatch(/Download\s+[\d.,]+/);
  expect(measured).toMatch(/Upload\s+[\d.,]+/);
  expect(measured).toMatch(/Latency\s+[\d.,]+/);
  await page.screenshot({ path: 'shots/test-result-1280.png', fullPage: true });
  await expectAccessible(page);

  await page.reload();
  await alive(page);
  const download = /Download\s+([\d.,]+)/.exec(measured)?.[1] ?? 'no figure';
  await expect(page.locator('.result dl.figures')).toContainText(download);

  await visit('/');
  await expect(page.getByRole('main')).toContainText(download);
  await visit('/history');
  await expect(page.getByRole('main').locator('svg').first()).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText('Your tests will be drawn here');
  await page.screenshot({ path: 'shots/history-with-test-1280.png', fullPage: true });
});

test('a cancelled test stores nothing', async ({ page, visit }) => {
  await visit('/test');
  await page.getByRole('button', { name: 'Start the test' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled. Nothing was stored.').first()).toBeVisible();
  const stored = await page.evaluate(async () => (await (await fetch('/api/measurements')).json()) as unknown[]);
  expect(stored).toHaveLength(0);
});

test('a shared result opens for somebody else, without the owner’s device', async ({ page, visit, browser, baseURL }) => {
  await visit('/test');
  await page.getByRole('button', { name: 'Start the test' }).click();
  const link = page.getByRole('link', { name: 'Link to this result' });
  await expect(link).toBeVisible({ timeout: 60_000 });
  const path = await link.getAttribute('href');
  const stranger = await browser.newPage({ baseURL });
  const said: string[] = [];
  stranger.on('console', (message) => said.push(message.text()));
  stranger.on('pageerror', (error) => said.push(error.message));
  await stranger.goto(path ?? 'no link');
  await alive(stranger);
  await expect(stranger.getByRole('heading', { level: 1 })).toHaveText('A shared speed test');
  await expect(stranger.locator('dl.figures')).toContainText('Mbit/s');
  const tag = (name: string) => stranger.locator(`head meta[property="${name}"]`).getAttribute('content');
  expect(await tag('og:title')).toMatch(/↓ .+Mbit\/s · ↑ .+Mbit\/s · .+ms/);
  const image = await tag('og:image');
  expect(image).toBe(`${baseURL}${path}/preview.png`);
  const picture = await stranger.request.get(image ?? 'no image');
  expect([picture.status(), picture.headers()['content-type'], picture.headers()['cache-control']]).toEqual([200, 'image/png', 'public, max-age=3600']);
  await stranger.setContent(`<img src="data:image/png;base64,${(await picture.body()).toString('base64')}">`);
  const size = await stranger.locator('img').evaluate(async (img: HTMLImageElement) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; });
  expect(size).toEqual([1200, 630]);
  // Letters and figures, not an empty card: the font of the build was found.
  const ink = await stranger.locator('img').evaluate((img: HTMLImageElement) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 630 });
    const pen = canvas.getContext('2d')!;
    pen.drawImage(img, 0, 0);
    return pen.getImageData(0, 0, 1200, 630).data.filter((value, i) => i % 4 === 0 && value < 128).length;
  });
  expect(ink).toBeGreaterThan(2000);
  await stranger.screenshot({ path: 'shots/share-preview.png', fullPage: true });
  expect(said, 'the console must stay silent').toEqual([]);

  expect((await stranger.request.get('/share/nothing')).status()).toBe(404);
  expect((await stranger.request.get('/share/nothing/preview.png')).status()).toBe(404);
  await stranger.close();
});
