terraform {
  # Validations that use other variables need 1.9. The mocks of the tests need 1.11.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
