// Opens the page: fonts and styles, the connection with the engine, then the app.

import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './state/engine.svelte.ts';

connect();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
