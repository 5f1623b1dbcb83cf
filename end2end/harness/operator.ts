// Somebody who may sign in as the operator: the account by the program's own command, the second factor as an app reckons it.
import type { Page } from '@playwright/test';
import { createHmac } from 'node:crypto';
import type { Server } from './server';

export const PASSWORD = 'lamp orbit velvet canyon';

/** Makes an account; returns its second factor's secret. */
export function createAdmin(server: Server, name: string) {
  const told = server.run(['admin', 'create', name], `${PASSWORD}\n`);
  return secretOf(told);
}

/** The secret in an address of an authenticator app. */
export function secretOf(text: string) {
  const secret = /secret=([A-Z2-7]+)/.exec(text)?.[1];
  if (!secret) throw new Error('no otpauth address was told');
  return secret;
}

/** The code of this half minute (RFC 6238). */
export function codeOf(secret: string, at = Date.now()) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const from = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Fills the form as a person would and sends it by Enter. */
export async function signIn(page: Page, name: string, code: string) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Code').fill(code);
  await page.getByLabel('Code').press('Enter');
}
