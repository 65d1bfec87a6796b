import express from 'express';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application as middleware of an Express host. */
const expressContender: Contender = {
  title: 'Express app.use, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  start: (size) => listen(express().use(SHOP, createKoaApp(size).callback())),
};

export default expressContender;
