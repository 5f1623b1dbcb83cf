// A page in the looks that people have: narrow and wide, light and dark.
import type { Page } from '@playwright/test';
import { alive, expect, expectAccessible } from './test';

export const LOOKS = [360, 1280].flatMap((width) => ['light', 'dark'].map((theme) => ({ width, theme })));

/** Opens the page anew in each look: it has its heading, fits, is accessible and leaves a picture. Axe must have been brought. */
export async function expectInEveryLook(page: Page, url: string, name: string) {
  for (const { width, theme } of LOOKS) {
    await page.context().addCookies([{ name: 'steadyline_theme', value: theme, url: new URL(url).origin }]);
    await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
    await page.goto(url);
    await alive(page);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
    await page.screenshot({ path: `shots/${name}-${width}-${theme}.png`, fullPage: true });
  }
}

/** Nothing stands out to the side. */
export async function expectFits(page: Page) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(overflow, 'pixels that stand out to the side').toBeLessThanOrEqual(0);
}

/** Buttons and links that stand alone are big enough for a thumb (44 px). */
export async function expectThumbs(page: Page) {
  const small = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('main button, main .button, main select, main input, main summary, main nav a, nav.rooms a')];
    const box = (element: HTMLElement) => (element.closest<HTMLElement>('label.choice') ?? element).getBoundingClientRect();
    const shown = all.filter((element) => element.checkVisibility() && box(element).height > 0);
    return shown.filter((element) => box(element).height < 43.5).map((element) => `${element.outerHTML.slice(0, 80)} ${box(element).height}`);
  });
  expect.soft(small, 'too small for a thumb').toEqual([]);
}

/** Where the Tab key leads, by name, each with its focus to be seen. */
export async function tabStops(page: Page, count: number) {
  const stops: string[] = [];
  for (let i = 0; i < count; i += 1) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => {
      const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
      const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
      return getComputedStyle(element).outlineStyle === 'none' ? `no focus to be seen: ${name.trim()}` : name.trim();
    }));
  }
  return stops;
}
