import { spawn } from 'node:child_process';
import type { Io } from '../io.js';

/** Opens a page in the user's browser if there is one. Without, nothing happens. */
export function openBrowser(url: string, env: Io['env'], platform: string = process.platform): void {
  const command = commandOf(url, env, platform);
  if (!command) return;
  const [program, ...argv] = command;
  const child = spawn(program, argv, { env, stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function commandOf(
  url: string,
  env: Io['env'],
  platform: string,
): readonly [program: string, ...argv: string[]] | undefined {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['cmd', '/c', 'start', '', url];
  // Without a display, xdg-open starts a browser for terminals, which would use up the link unseen.
  const hasDisplay = Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  return hasDisplay ? ['xdg-open', url] : undefined;
}
