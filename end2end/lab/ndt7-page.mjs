// M-Lab's own browser client (npm @m-lab/ndt7, installed by the caller, never part of this repository) against an ndt7 server, in
// headless Chromium. The page is made here; only its sockets leave the browser. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const [origin, folder] = process.argv.slice(2);
const files = join(folder, 'node_modules/@m-lab/ndt7/src');
const script = readFileSync(join(files, 'ndt7.js'), 'utf8');
const html = '<!doctype html><title>ndt7</title><script src="/lab/ndt7.js"></script>';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
try {
  const context = await browser.newContext();
  await context.route('**/lab/**', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1);
    if (name === 'page.html') return route.fulfill({ contentType: 'text/html', body: html });
    if (name === 'ndt7.js') return route.fulfill({ contentType: 'text/javascript', body: script });
    return route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(files, name), 'utf8') });
  });
  const page = await context.newPage();
  await page.goto(`${origin}/lab/page.html`);
  const outcome = await page.evaluate(async (host) => {
    const seen = { download: {}, upload: {}, errors: [] };
    const keep = (kind) => (data) => {
      if (data.Source === 'client') seen[kind].mbps = data.Data.MeanClientMbps;
      else if (data.Data?.TCPInfo) seen[kind].tcp_info = data.Data.TCPInfo;
    };
    const done = (kind) => (data) => {
      seen[kind].mbps = data.LastClientMeasurement?.MeanClientMbps ?? seen[kind].mbps;
      seen[kind].tcp_info = data.LastServerMeasurement?.TCPInfo ?? seen[kind].tcp_info;
    };
    seen.status = await globalThis.ndt7.test(
      { server: host, protocol: 'ws', userAcceptedDataPolicy: true, downloadworkerfile: '/lab/ndt7-download-worker.js', uploadworkerfile: '/lab/ndt7-upload-worker.js' },
      {
        error: (text) => seen.errors.push(String(text)),
        downloadMeasurement: keep('download'), downloadComplete: done('download'),
        uploadMeasurement: keep('upload'), uploadComplete: done('upload'),
      },
    );
    return seen;
  }, new URL(origin).host);
  console.log(JSON.stringify(outcome));
} finally {
  await browser.close();
}
