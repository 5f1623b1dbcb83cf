// One run of the product's own Test page in a fresh headless Chromium, as a resident would do it; run by crates/netlab inside a
// home's network. Prints one line of JSON: the result as the API stored it, what was handed in, and when bytes flowed.
import { chromium } from '@playwright/test';

const origin = process.argv[2];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    // The lab has no certificate: treat its plain origin as the HTTPS one that residents have.
    `--unsafely-treat-insecure-origin-as-secure=${origin}`,
  ],
});
try {
  const page = await browser.newPage({ locale: 'en-GB', serviceWorkers: 'block' });
  const spans = { download: [Infinity, 0], upload: [Infinity, 0] };
  let handedIn;
  const kindOf = (url) => (url.includes('/api/speed/download') ? 'download' : url.includes('/api/speed/upload') ? 'upload' : undefined);
  page.on('request', (request) => {
    const kind = kindOf(request.url());
    if (kind) spans[kind][0] = Math.min(spans[kind][0], Date.now());
    if (request.method() === 'POST' && request.url().endsWith('/api/measurements')) handedIn = request.postDataJSON();
  });
  const ended = (request) => {
    const kind = kindOf(request.url());
    if (kind) spans[kind][1] = Math.max(spans[kind][1], Date.now());
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  await page.goto(`${origin}/test`);
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  const stored = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/api/measurements'), { timeout: 90_000 });
  await page.locator('.actions button.primary').click();
  const status = (await stored).status();
  const { result } = await page.evaluate(async () => (await fetch('/api/measurements/latest')).json());
  const body = status >= 400 ? await (await stored).text() : undefined;
  console.log(JSON.stringify({ status, body, result, spans, steps: handedIn?.steps }));
} finally {
  await browser.close();
}
