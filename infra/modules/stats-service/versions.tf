terraform {
  # Validations that look at other variables came with 1.9, the tests' mocks want 1.11.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
