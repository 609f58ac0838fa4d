// The native menu; what it does beyond the system's own commands is done by the page.

import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../common/bridge.ts';

export function menuTemplate(send: (command: MenuCommand) => void): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => send(command),
  });
  return [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('New experiment…', 'new-experiment', 'CmdOrCtrl+N'),
        { type: 'separator' },
        item('Settings', 'show-settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&Go',
      submenu: [
        item('Search or command…', 'open-palette', 'CmdOrCtrl+K'),
        { type: 'separator' },
        item('Home', 'go-home', 'CmdOrCtrl+1'),
        item('Datasets', 'go-datasets', 'CmdOrCtrl+2'),
        item('Runs', 'go-runs', 'CmdOrCtrl+3'),
        item('Playground', 'go-play', 'CmdOrCtrl+4'),
        item('Labs', 'go-labs', 'CmdOrCtrl+5'),
        item('Deploy', 'go-deploy', 'CmdOrCtrl+6'),
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { label: '&Help', role: 'help', submenu: [item('Keyboard shortcuts', 'show-shortcuts')] },
  ];
}
