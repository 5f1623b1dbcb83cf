// IPv4 and IPv6 side by side, where the operator gave a name for each; the one that does not get through is no outage.
import { Server } from '../harness/server';
import { alive, bringAxe, expect, expectAccessible, test } from '../harness/test';

let server: Server | undefined;
test.afterEach(async () => { await server?.remove(); });

const names = (port: number) => ({ STEADYLINE_SPEED__HOST_V4: `v4.steadyline.test:${port}`, STEADYLINE_SPEED__HOST_V6: `v6.steadyline.test:${port}` });

test.describe('both get through', () => {
  test('their figures stand side by side, and each result tells its family', async ({ page }) => {
    server = await Server.start({ settings: (port) => ({ ...names(port), STEADYLINE_LISTEN: `[::]:${port}` }) });
    await bringAxe(page);
    await page.goto(`${server.url}/test`);
    await alive(page);
    await page.getByRole('button', { name: 'Compare IPv4 and IPv6' }).click();
    const table = page.getByRole('table', { name: 'IPv4 and IPv6' });
    await expect(table).toBeVisible({ timeout: 85_000 });
    await expect(table.getByRole('row', { name: /^Download/ })).toHaveText(/Mbit\/s.*Mbit\/s/);
    await expectAccessible(page);
    const stored = await page.evaluate(async () => (await (await fetch('/api/measurements')).json()) as { ip_version: number; valid: boolean }[]);
    expect(stored.map(({ ip_version, valid }) => [ip_version, valid])).toEqual([[6, true], [4, true]]);
  });
});

test.describe('IPv6 does not get through', () => {
  test.use({ allowed: [/ERR_CONNECTION_REFUSED/] });
  test('the comparison says so, and no failure is counted', async ({ page }) => {
    server = await Server.start({ settings: names });
    await page.goto(`${server.url}/test`);
    await alive(page);
    await page.getByRole('button', { name: 'Compare IPv4 and IPv6' }).click();
    const table = page.getByRole('table', { name: 'IPv4 and IPv6' });
    await expect(table.getByText('not reachable').first()).toBeVisible({ timeout: 85_000 });
    expect(await page.evaluate(() => localStorage.getItem('steadyline.later'))).toBeNull();
    const stored = await page.evaluate(async () => (await (await fetch('/api/measurements')).json()) as { ip_version: number }[]);
    expect(stored.map(({ ip_version }) => ip_version)).toEqual([4]);
  });
});
