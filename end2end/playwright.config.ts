import { defineConfig } from '@playwright/test';

// One worker: the journeys measure a line, and two at once would share it.
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  globalSetup: './harness/global.ts',
  workers: 1,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Debian's browser, quiet: nothing of it may use the network beside the page.
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
        // Names of one address family each, as an operator would give them.
        '--host-resolver-rules=MAP v4.steadyline.test 127.0.0.1, MAP v6.steadyline.test [::1]',
      ],
    },
  },
});
