// Starts the web app.

import { mount } from 'svelte';
import App from './App.svelte';
import { keepOffline } from './state/offline.svelte.ts';
import './styles/app.css';

const target = document.getElementById('app');
if (target !== null) mount(App, { target });
void keepOffline();
