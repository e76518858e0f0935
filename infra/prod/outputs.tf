output "load_balancer_dns_name" {
  value = module.stats_service.load_balancer_dns_name
}

output "load_balancer_zone_id" {
  value = module.stats_service.load_balancer_zone_id
}

output "vpc_id" {
  value = module.stats_service.vpc_id
}

output "service_route_table_ids" {
  value = module.stats_service.service_route_table_ids
}

output "repository_url" {
  value = module.stats_service.repository_url
}

output "database_key_arn" {
  value = aws_kms_key.database.arn
}

output "database_secret_arn" {
  value = module.stats_service.database_secret_arn
}
