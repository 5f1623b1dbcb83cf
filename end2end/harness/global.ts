// One server for all journeys that do not stop it.
import { Server } from './server';

export default async function setup() {
  const server = await Server.start();
  process.env.STEADYLINE_URL = server.url;
  return () => server.remove();
}
