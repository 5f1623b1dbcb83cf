// Tests by hand against this machine alone: run, read, cancel. A trusted proxy (here: the browser itself) names a home on
// loopback that is not the server's own address.
import { bringAxe, expect, expectAccessible, test } from '../harness/test';
import { Server } from '../harness/server';

const HOME = '127.9.8.7';

let server: Server;
test.beforeAll(async () => {
  server = await Server.start({
    settings: () => ({
      STEADYLINE_DIAGNOSTICS__ENABLED: 'true',
      STEADYLINE_DIAGNOSTICS__PRIVATE_ASKERS: 'true',
      STEADYLINE_DIAGNOSTICS__TARGETS: 'Lab=127.0.0.1:1',
      STEADYLINE_DIAGNOSTICS__REGIONS: '',
      STEADYLINE_DIAGNOSTICS__RESOLVERS: '',
      STEADYLINE_DIAGNOSTICS__FAMILY_TARGETS: '127.0.0.1',
      STEADYLINE_DIAGNOSTICS__RESOLVER: '127.0.0.1:1',
      STEADYLINE_DIAGNOSTICS__HOSTS: 'lab.steadyline.net=127.0.0.1',
      STEADYLINE_HTTP__TRUSTED_PROXIES: '127.0.0.1/32',
    }),
  });
});
test.afterAll(() => server.remove());
test.use({ extraHTTPHeaders: { 'x-forwarded-for': HOME } });

test('chosen tests run and say what they mean', async ({ page, visit }) => {
  await bringAxe(page);
  await visit(`${server.url}/diagnostics-advanced`);
  await expect(page.getByText('Nothing was tested yet.')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Resolvers').uncheck();
  await page.getByLabel('Open ports').check();
  await page.getByLabel('It is mine to have tested').check();
  await page.getByRole('button', { name: 'Start the tests' }).click();
  await expect(page.getByText('All tests are done.')).toBeVisible({ timeout: 30_000 });
  const loss = page.getByRole('region', { name: 'Loss and jitter' });
  await expect(loss.getByText('Nothing is lost')).toBeVisible();
  await expect(loss.getByText('Measured by this server towards the address that you come from')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Open ports' }).getByText('What to do next:')).toBeVisible();
  await expect(page.getByRole('region', { name: 'IPv4 and IPv6' }).getByText('by IPv4 alone')).toBeVisible();
  await expectAccessible(page);
});

test('a running test can be cancelled by the keyboard', async ({ page, visit }) => {
  await visit(`${server.url}/diagnostics-advanced`);
  await page.getByRole('button', { name: 'Start the tests' }).press('Enter');
  await expect(page.getByRole('progressbar').first()).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByText('Cancelled. Nothing goes on')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start the tests' })).toBeFocused();
});

test('a private target is refused before anything is asked', async ({ page, visit }) => {
  await visit(`${server.url}/diagnostics-advanced`);
  await page.getByLabel('Towards which host').fill('192.168.1.1');
  await page.getByRole('button', { name: 'Start the tests' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toContainText('private addresses are not tested here');
  await expect(page.getByText('Nothing was tested yet.')).toBeVisible();
});

test('a train of echoes is measured, and kept only for a device', async ({ page, visit }) => {
  await visit(`${server.url}/diagnostics-advanced`);
  await page.getByLabel('Echoes to').fill('lab.steadyline.net');
  await page.getByLabel('Echoes to').press('Enter');
  await expect(page.getByText('lab.steadyline.net: 0 of 30 echoes lost.')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('this browser has no device yet')).toBeVisible();
});
