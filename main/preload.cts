// The bridge of the sandboxed page: plain values in both directions, nothing of Electron itself.

import type { Bridge } from '../common/bridge.ts';

const { contextBridge, ipcRenderer, webUtils } = require('electron') as typeof import('electron');

function listen(channel: string): (listener: (value: never) => void) => void {
  return (listener) => void ipcRenderer.on(channel, (_event, value) => listener(value as never));
}

const bridge: Bridge = {
  platform: process.platform,
  send: (request) => ipcRenderer.send('engine:request', request),
  onMessage: listen('engine:message'),
  onEngineState(listener) {
    listen('engine:state')(listener);
    ipcRenderer.send('page:ready');
  },
  onMenu: listen('menu'),
  onOpenFile: listen('open-file'),
  openDialog: (options) => ipcRenderer.invoke('dialog:open', options),
  saveDialog: (options) => ipcRenderer.invoke('dialog:save', options),
  pathOf: (file) => webUtils.getPathForFile(file as File),
  setTheme: (theme) => ipcRenderer.invoke('theme:set', theme),
  showInFolder: (path) => ipcRenderer.invoke('folder:show', path),
};

contextBridge.exposeInMainWorld('trm', bridge);
