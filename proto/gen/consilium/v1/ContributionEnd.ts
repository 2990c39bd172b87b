// Original file: proto/consilium/v1/steps.proto


export interface ContributionEnd {
}

export interface ContributionEnd__Output {
}
