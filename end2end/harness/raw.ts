// A tab outside of Playwright's contexts: there every tab counts as visible, here the browser's own rule holds (measurement.md §1.7).
import { type Browser, type CDPSession } from '@playwright/test';

export class RawTab {
  private next = 1;
  private readonly answers = new Map<number, (result?: { result?: { value?: unknown } }) => void>();

  private constructor(private readonly cdp: CDPSession, readonly target: string, private readonly session: string) {
    cdp.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId !== this.session) return;
      const { id, result } = JSON.parse(message) as { id?: number; result?: { result?: { value?: unknown } } };
      if (id !== undefined) this.answers.get(id)?.(result);
    });
  }

  static async open(browser: Browser, url: string) {
    const cdp = await browser.newBrowserCDPSession();
    const { targetId } = await cdp.send('Target.createTarget', { url });
    const { sessionId } = await cdp.send('Target.attachToTarget', { targetId, flatten: false });
    return new RawTab(cdp, targetId, sessionId);
  }

  /** The value of an expression in the tab. */
  async ask<T>(expression: string): Promise<T> {
    const id = this.next++;
    const answer = new Promise<{ result?: { value?: unknown } } | undefined>((found) => this.answers.set(id, found));
    const message = JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true, awaitPromise: true } });
    await this.cdp.send('Target.sendMessageToTarget', { sessionId: this.session, message });
    // A page that is just being replaced answers with an error: no value.
    return (await answer)?.result?.value as T;
  }

  /** Waits until an expression is true. */
  async until(expression: string, limitMs = 60_000) {
    for (const end = Date.now() + limitMs; Date.now() < end; ) {
      if (await this.ask<boolean>(`Boolean(${expression})`)) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    throw new Error(`never true: ${expression}`);
  }

  activate() {
    return this.cdp.send('Target.activateTarget', { targetId: this.target });
  }

  close() {
    return this.cdp.send('Target.closeTarget', { targetId: this.target });
  }
}
