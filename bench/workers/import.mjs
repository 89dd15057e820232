import '@nestjs/common';
import '@nestjs/core';
import '@nestjs/typeorm';
import 'typeorm';

const startedAt = performance.now();
await import('nestjs-marathon');
console.log(performance.now() - startedAt);
