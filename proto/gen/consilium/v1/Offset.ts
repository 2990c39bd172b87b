// Original file: proto/consilium/v1/steps.proto

import type { Long } from '@grpc/proto-loader';

export interface Offset {
  'offset'?: (number | string | Long);
}

export interface Offset__Output {
  'offset': (number);
}
