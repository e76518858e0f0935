# ../modules/stats-service documents these variables, their limits and their defaults.

variable "environment" {
  type = string
}

variable "account_id" {
  description = "AWS account. Terraform fails with the credentials of another account."
  type        = string
}

variable "region" {
  type = string
}

# Only for a first apply with an image in the registry. Later, deploys set the image.
variable "image_tag" {
  type    = string
  default = null
}

variable "cpu_architecture" {
  type    = string
  default = null
}

variable "log_level" {
  type    = string
  default = null
}

variable "alarm_email" {
  type    = string
  default = null
}

variable "vpc_cidr" {
  type    = string
  default = null
}

variable "internal" {
  type    = bool
  default = null
}

variable "allowed_cidrs" {
  type    = list(string)
  default = null
}

variable "allow_plain_http" {
  type    = bool
  default = null
}

variable "certificate_arn" {
  type    = string
  default = null
}

variable "database_version" {
  type    = string
  default = null
}

variable "database_upgrade" {
  type    = bool
  default = null
}

variable "database_instance_class" {
  type    = string
  default = null
}

variable "database_storage_gb" {
  type    = number
  default = null
}

variable "database_max_storage_gb" {
  type    = number
  default = null
}

variable "deletion_protection" {
  type    = bool
  default = null
}
