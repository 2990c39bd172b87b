// Original file: proto/consilium/v1/members.proto


export interface EpochNotice {
  'epoch'?: (number);
}

export interface EpochNotice__Output {
  'epoch': (number);
}
