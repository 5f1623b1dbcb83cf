// A run in a tab that was hidden meanwhile is kept with its reason and counts nowhere.
import { RawTab } from '../harness/raw';
import { expect, test } from '../harness/test';

const button = (words: string) => `[...document.querySelectorAll('button')].find((b) => b.textContent.includes('${words}'))`;

test('a hidden tab makes the run invalid', async ({ browser, baseURL }) => {
  const tab = await RawTab.open(browser, `${baseURL}/test`);
  await tab.until(`'hydrated' in document.documentElement.dataset`);
  await tab.ask(`${button('Start the test')}.click()`);
  await tab.until(`document.querySelector('.steps .step.running')`);
  const other = await RawTab.open(browser, 'about:blank');
  await other.activate();
  await tab.until(`document.visibilityState === 'hidden'`);
  await new Promise((wake) => setTimeout(wake, 1000));
  await tab.activate();
  await tab.until(`document.querySelector('.result') && document.querySelector('main').innerText.includes('the tab was hidden')`);

  const read = (path: string) => tab.ask<unknown>(`fetch('${path}').then((answer) => answer.json())`);
  const stored = (await read('/api/measurements')) as { valid: boolean }[];
  expect(stored.map(({ valid }) => valid)).toEqual([false]);
  expect(await read('/api/stats')).toMatchObject({ total_tests: 0, avg_download_mbps: null });
  await other.close();
  await tab.close();
});
